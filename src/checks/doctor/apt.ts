import { describeDuration } from '../../base/duration.ts'
import { shorten } from '../../base/shorten.ts'
import type { Dpkg } from '../../remote/facts/dpkg.ts'
import type { UnattendedStatus } from '../../remote/facts/unattended.ts'
import type { PendingUpgrades } from '../../remote/facts/upgrades.ts'
import { errorFinding, type Finding, installs, okFinding, warningFinding } from '../finding.ts'

export function dpkgChecks({ isInterrupted, broken, lockHolders }: Dpkg): readonly Finding[] {
  const problems = [
    ...(isInterrupted
      ? [errorFinding('apt', 'dpkg was interrupted', { stops: installs, fix: 'sudo dpkg --configure -a' })]
      : []),
    ...(broken.length === 0
      ? []
      : [
          errorFinding('apt', `not fully installed: ${broken.join(', ')}`, {
            stops: installs,
            fix: 'sudo dpkg --configure -a; sudo apt-get -f install',
          }),
        ]),
    ...lockHolders.map(({ lock, command, pid, ageSeconds }) =>
      warningFinding(
        'apt',
        `apt's ${lock} lock is held by ${shorten(command)} (pid ${pid}) for ${describeDuration(ageSeconds)}`,
        'installing waits for it; one that never ends has to be looked at there',
      ),
    ),
  ]
  return problems.length === 0 ? [okFinding('apt', 'dpkg is in order, and nobody holds its locks')] : problems
}

const oldListsSeconds = 7 * 86_400

export function updatesChecks({
  listsAgeSeconds,
  held,
  security,
  securityOrigins,
}: PendingUpgrades): readonly Finding[] {
  if (listsAgeSeconds === undefined)
    return [warningFinding('apt', 'the package lists were never fetched', 'sudo apt-get update')]
  const age = `package lists ${describeDuration(listsAgeSeconds)} old`
  const heldFixes = held.filter((name) => security.some((upgrade) => upgrade.name === name))
  return [
    listsAgeSeconds > oldListsSeconds ? warningFinding('apt', age, 'sudo apt-get update') : okFinding('apt', age),
    securityOrigins.length === 0
      ? errorFinding('apt', 'no security origin among its package sources: no fix will ever be seen', {
          stops: installs,
          fix: 'add the -security suite to /etc/apt/sources.list.d there',
        })
      : okFinding('apt', `security from ${securityOrigins.join(', ')}`),
    ...(heldFixes.length > 0
      ? [
          warningFinding(
            'apt',
            `held with a security fix: ${heldFixes.join(', ')}`,
            `sudo apt-mark unhold ${heldFixes.join(' ')}`,
          ),
        ]
      : []),
    ...(held.length > 0 ? [okFinding('apt', `held, so left alone: ${held.join(', ')}`)] : []),
  ]
}

export const nightlyChecks = ({ isDaily, why, rebootsByItself }: UnattendedStatus): readonly Finding[] => [
  isDaily
    ? okFinding('apt', 'security upgrades install themselves each night')
    : warningFinding(
        'apt',
        `no nightly security upgrades${why === undefined ? '' : `: ${why}`}`,
        'maestro unattended-upgrades',
      ),
  ...(rebootsByItself
    ? [
        warningFinding(
          'apt',
          'restarts by itself after an upgrade, whoever else is down',
          'maestro unattended-upgrades',
        ),
      ]
    : []),
]
