import * as z from 'zod'
import { repositoryUrl, versionWord } from '../../base/forms.ts'
import { lazily, line, list, milliseconds, type Schema, text, word } from '../../plan/schema/schema.ts'
import { type WeaveTarget, weaveTarget } from '../weave/options.ts'

/** What an upgrade of Docker is to bring, and how. */
export type DockerUpgradeOptions = {
  /** The manifest's word for the version: `27.3.1`, `27.5`, `latest`, `distribution`; null where it only goes back. */
  readonly version: string | null
  /** What the manifest wants of Weave; null: nothing. */
  readonly weave: WeaveTarget | null
  /** The groups whose servers it is for. */
  readonly groups: readonly string[]
  /** Back to the packages that the last upgrade has kept. */
  readonly rollsBackTo: boolean
  /** Also where there is no Docker yet. */
  readonly installs: boolean
  readonly allowsDowngrade: boolean
  /** Whether a server where it fails goes back by itself. */
  readonly rollsBack: boolean
  /** Docker's apt repository, set up where apt has none; null: it was not gathered for that. `key` is its text or a URL. */
  readonly repository: { readonly url: string; readonly key: string } | null
  /** Whether servers go one at a time over all groups. */
  readonly isSerial: boolean
  /** How long another process may hold apt's locks. */
  readonly lockTimeoutMs: number
  /** How long the job may show no sign of life. */
  readonly stallTimeoutMs: number
  /** How long containers may take to be as they were, and how long they must stay so. */
  readonly readyTimeoutMs: number
  readonly stableTimeMs: number
}

export const dockerUpgradeOptions: Schema<DockerUpgradeOptions> = lazily(() =>
  z.strictObject({
    version: word(versionWord).nullable(),
    weave: weaveTarget().nullable(),
    groups: list(line()),
    rollsBackTo: z.boolean(),
    installs: z.boolean(),
    allowsDowngrade: z.boolean(),
    rollsBack: z.boolean(),
    repository: z.strictObject({ url: word(repositoryUrl), key: text() }).nullable(),
    isSerial: z.boolean(),
    lockTimeoutMs: milliseconds(),
    stallTimeoutMs: milliseconds(),
    readyTimeoutMs: milliseconds(),
    stableTimeMs: milliseconds(),
  }),
)
