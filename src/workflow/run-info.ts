import { hostname, userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { RunInfo } from '../journal/events.ts'
import type { Manifest } from '../manifest/manifest.ts'

declare const MAESTRO_VERSION: string

/** Who starts a run of this command, and where it can be resumed. */
export const runInfo = (command: string, { path, environment }: Manifest): RunInfo => ({
  owner: ownerName(),
  maestroVersion: MAESTRO_VERSION,
  command,
  manifest: resolve(path),
  environment,
})

/** For people: `ana@ops-1`. */
export const ownerName = () => `${userInfo().username}@${hostname()}`
