import * as z from 'zod'
import { composeProject, composeService, sha256 } from '../../base/forms.ts'
import type { PinnedFile } from '../../plan/pinned-file.ts'
import { pinnedFileSchema } from '../../plan/schema/pinned-file.ts'
import { lazily, line, list, milliseconds, type Schema, word } from '../../plan/schema/schema.ts'

/** The files that are rolled out, on this computer. */
export type ComposeFiles = {
  /** What Compose calls the whole. */
  readonly project: string
  readonly compose: PinnedFile
  /** null: there is none. */
  readonly env: PinnedFile | null
  /** The checksum of both, when the plan was made. */
  readonly revision: string
}

/** Which services are brought to which revision. */
export type DesiredServices = {
  /** The checksum of the files. */
  readonly revision: string
  /** Their images by name, as the compose file has them: variables stand in it as they are. */
  readonly images: Readonly<Record<string, string>>
  /** Others of the file are let alone. */
  readonly isPart: boolean
  /** Also where nothing has changed: a registry may have another image under the same name. */
  readonly pull: boolean
}

export type ComposeOptions = DesiredServices &
  ComposeFiles & {
    /** Names of groups. */
    readonly groups: readonly string[]
    readonly timeoutMs: number
    readonly stallTimeoutMs: number
    /** Whether a server where they do not come up well goes back by itself. */
    readonly rollBack: boolean
    /** How many old ones stay on a server. */
    readonly keep: number
  }

export type RollbackOptions = {
  readonly project: string
  readonly groups: readonly string[]
  readonly timeoutMs: number
  readonly stallTimeoutMs: number
}

const shared = () => ({
  project: word(composeProject),
  groups: list(line()),
  timeoutMs: milliseconds(),
  stallTimeoutMs: milliseconds(),
})

export const composeOptions: Schema<ComposeOptions> = lazily(() =>
  z.strictObject({
    ...shared(),
    compose: pinnedFileSchema(),
    env: pinnedFileSchema().nullable(),
    revision: word(sha256),
    images: z.record(word(composeService), line()),
    isPart: z.boolean(),
    pull: z.boolean(),
    rollBack: z.boolean(),
    keep: z.int().min(0).max(100_000),
  }),
)

export const rollbackOptions: Schema<RollbackOptions> = lazily(() => z.strictObject(shared()))
