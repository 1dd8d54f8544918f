import { parseDurationMs } from '../../base/duration.ts'
import { UsageError } from '../../base/errors.ts'
import type { Settings } from '../../manifest/settings.ts'
import { securityUpgrade } from '../../operations/security-upgrade/operation.ts'
import type { Operation } from '../../plan/operation.ts'
import type { SecurityUpgradeFlags } from './flags.ts'

const lockTimeoutMs = 15 * 60_000

/** What the flags mean beside the manifest; throws a UsageError for a time that is none. */
export function securityUpgradeFor(flags: SecurityUpgradeFlags): (settings: Settings) => Operation {
  const { allPackages = false, aptLockTimeout: time, hold = [], restartServices, unattendedUpgrades } = flags
  const timeoutMs = time === undefined ? lockTimeoutMs : parseDurationMs(time)
  if (timeoutMs === undefined)
    throw new UsageError(`--apt-lock-timeout ${JSON.stringify(time)}: must be a time like 30s, 15m or 1h`)
  return ({ security, rollout }) =>
    securityUpgrade({
      hold: [...security.hold, ...hold],
      origins: security.origins,
      allPackages,
      lockTimeoutMs: timeoutMs,
      stallTimeoutMs: rollout.stallTimeoutMs,
      restartServices: restartServices && security.restartServices,
      // A --hold of this run does not apply to unattended upgrades.
      unattendedUpgrades:
        unattendedUpgrades && security.unattendedUpgrades ? { hold: security.hold, origins: security.origins } : null,
    })
}
