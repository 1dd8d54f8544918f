import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { applicationFolder } from '../../cli/paths.ts'
import { lockFolder } from '../../journal/folder-lock.ts'
import type { Manifest } from '../../manifest/manifest.ts'

/**
 * Keeps two of this computer from changing the same application, which is known by its failover address, and without one by
 * its manifest and environment; throws a RefusedError while another does.
 */
export function lockApplication({ path, environment, settings: { failover } }: Manifest): () => void {
  const called = failover?.address ?? `${environment === undefined ? '' : `${environment} of `}${path}`
  const folder = applicationFolder(failover?.address ?? nameFor(`${resolve(path)} ${environment ?? ''}`))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return lockFolder(folder, called)
}

// A path may be longer than the name of a folder can be.
const nameFor = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)
