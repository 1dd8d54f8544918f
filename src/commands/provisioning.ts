import type { Settings } from '../manifest/settings.ts'
import { joined } from '../operations/joined.ts'
import { unattendedUpgrades } from '../operations/unattended-upgrades.ts'
import type { Operation } from '../plan/step.ts'
import { rebootFor } from './rebooting.ts'
import { securityUpgradeFor } from './security-upgrading.ts'

/** What a fresh server gets before anything is deployed on it, in one pass: a restart comes last, and always. */
export function provisionFor(settings: Settings): Operation {
  const { hold, origins, unattendedUpgrades: hasNights } = settings.security
  return joined('deploy', [
    securityUpgradeFor({ allPackages: true, restartServices: false, unattendedUpgrades: false })(settings),
    ...(hasNights ? [unattendedUpgrades({ remove: false, hold, origins })] : []),
    rebootFor({ force: true, follows: true })(settings),
  ])
}
