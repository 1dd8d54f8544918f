import type { Manifest } from '../manifest/manifest.ts'
import { joined } from '../operations/joined.ts'
import { unattendedUpgrades } from '../operations/unattended-upgrades.ts'
import type { Operation } from '../plan/step.ts'
import { dockerUpgradeFor } from './docker-upgrading.ts'
import { rebootFor } from './rebooting.ts'
import { securityUpgradeFor } from './security-upgrading.ts'

/** What a fresh server gets before anything is deployed on it, in one pass: a restart comes last, and always. */
export function provisionFor(manifest: Manifest): Operation {
  const { settings, groups } = manifest
  const namesDocker = groups.some(({ kind, versions }) => kind === 'docker' && versions.docker !== undefined)
  const { hold, origins, unattendedUpgrades: hasNights } = settings.security
  return joined('deploy', [
    securityUpgradeFor({ allPackages: true, restartServices: false, unattendedUpgrades: false })(settings),
    ...(namesDocker ? [dockerUpgradeFor({ install: true }, { goesBack: false })(settings, manifest)] : []),
    ...(hasNights ? [unattendedUpgrades({ remove: false, hold, origins })] : []),
    rebootFor({ force: true, follows: true })(settings),
  ])
}
