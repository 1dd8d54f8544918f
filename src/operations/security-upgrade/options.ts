import * as z from 'zod'
import { aptOrigin, packagePattern } from '../../base/forms.ts'
import { lazily, list, milliseconds, type Schema, word } from '../../plan/schema/schema.ts'

export type SecurityUpgradeOptions = {
  /** Names or patterns of packages that stay as they are. */
  readonly hold: readonly string[]
  /** Origins that count as security beside the distribution's own. */
  readonly origins: readonly string[]
  /** Whatever is newer, not only security's. */
  readonly allPackages: boolean
  /** How long another process may hold apt's locks. */
  readonly lockTimeoutMs: number
  /** How long it may show no sign of life; waiting for locks is one. */
  readonly stallTimeoutMs: number
  readonly restartServices: boolean
  /** What unattended upgrades are set up with; null: they are left as they are. */
  readonly unattendedUpgrades: { readonly hold: readonly string[]; readonly origins: readonly string[] } | null
}

export const securityUpgradeOptions: Schema<SecurityUpgradeOptions> = lazily(() => {
  const packages = { hold: list(word(packagePattern)), origins: list(word(aptOrigin)) }
  return z.strictObject({
    ...packages,
    allPackages: z.boolean(),
    lockTimeoutMs: milliseconds(),
    stallTimeoutMs: milliseconds(),
    restartServices: z.boolean(),
    unattendedUpgrades: z.strictObject(packages).nullable(),
  })
})
