import type { Manifest } from '../../manifest/manifest.ts'
import { combined } from '../../operations/combined.ts'
import { unattendedUpgrades } from '../../operations/unattended-upgrades/operation.ts'
import type { Operation, OperationSpec } from '../../plan/operation.ts'
import { assertSendable, makePinnedFileReader } from '../../run/local/pinned-files.ts'
import { dockerUpgradeFor } from '../docker-upgrade/operation.ts'
import { rebootFor } from '../reboot/operation.ts'
import { securityUpgradeFor } from '../security-upgrade/operation.ts'

/**
 * What a fresh server gets before anything is deployed on it, in one pass: a restart comes last, and always. Throws a
 * UsageError for a file that it would send and that cannot be had, before any server is made.
 */
export async function provisionFor(manifest: Manifest): Promise<OperationSpec> {
  const operation = operationFor(manifest)
  await assertSendable(operation, makePinnedFileReader())
  return operation.spec
}

function operationFor(manifest: Manifest): Operation {
  const { settings, groups } = manifest
  const namesDocker = groups.some(({ kind, versions }) => kind === 'docker' && versions.docker !== undefined)
  const { hold, origins, unattendedUpgrades: hasNights } = settings.security
  return combined('deploy', [
    securityUpgradeFor({ allPackages: true, restartServices: false, unattendedUpgrades: false })(settings),
    ...(namesDocker ? [dockerUpgradeFor({ install: true }, { goesBack: false })(settings, manifest)] : []),
    ...(hasNights ? [unattendedUpgrades({ remove: false, hold, origins })] : []),
    rebootFor({ force: true, follows: true })(settings),
  ])
}
