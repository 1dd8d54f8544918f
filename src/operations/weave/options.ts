import * as z from 'zod'
import { pinnedImage, versionWord } from '../../base/forms.ts'
import type { PinnedFile } from '../../plan/pinned-file.ts'
import { pinnedFileSchema } from '../../plan/schema/pinned-file.ts'
import { lazily, list, type Schema, word } from '../../plan/schema/schema.ts'

/** What a manifest says of Weave. */
export type WeaveTarget = {
  readonly version: string
  /** Null: it does not say where it comes from. */
  readonly script: PinnedFile | null
  /** `name@sha256:…`, without a tag that of the version. */
  readonly images: readonly string[]
}

export type WeaveOptions = WeaveTarget & {
  readonly allowsDowngrade: boolean
  /** Whether a server where it fails goes back by itself. */
  readonly rollsBack: boolean
  /** How long connections may take to come back. */
  readonly readyTimeoutMs: number
  readonly stallTimeoutMs: number
}

export const weaveTarget: Schema<WeaveTarget> = lazily(() =>
  z.strictObject({
    version: word(versionWord),
    script: pinnedFileSchema().nullable(),
    images: list(word(pinnedImage)),
  }),
)
