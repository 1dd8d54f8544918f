import * as z from 'zod'
import { sha256, versionWord } from '../../base/forms.ts'
import { lazily, line, list, maybeLine, type Schema, text, word } from '../../plan/schema/schema.ts'
import type { Launch } from './launch.ts'
import { type MeshSnapshot, meshSnapshotShape } from './mesh-status.ts'

export type WeaveChange = MeshSnapshot &
  Launch & {
    readonly from: string
    readonly to: string
    /** Of the script that is there, and of the one that is to be. */
    readonly fromSha256: string
    readonly sha256: string
    readonly hasPassword: boolean
    readonly hasUnit: boolean
  }

export const weaveChange: Schema<WeaveChange> = lazily(() =>
  z.strictObject({
    ...meshSnapshotShape(),
    arguments: list(maybeLine()),
    variables: list(line()),
    from: text(),
    to: word(versionWord),
    fromSha256: word(sha256),
    sha256: word(sha256),
    hasPassword: z.boolean(),
    hasUnit: z.boolean(),
  }),
)
