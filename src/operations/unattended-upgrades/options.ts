import * as z from 'zod'
import { aptOrigin, packagePattern } from '../../base/forms.ts'
import { lazily, list, type Schema, word } from '../../plan/schema/schema.ts'

export type UnattendedOptions = {
  /** Takes back what an earlier run set up. */
  readonly remove: boolean
  /** Names or patterns (`linux-image-*`) of packages that unattended upgrades leave alone, too. */
  readonly hold: readonly string[]
  /** More origins, as `Docker:bookworm` or `origin=Docker,codename=bookworm`. */
  readonly origins: readonly string[]
}

export const unattendedOptions: Schema<UnattendedOptions> = lazily(() =>
  z.strictObject({ remove: z.boolean(), hold: list(word(packagePattern)), origins: list(word(aptOrigin)) }),
)
