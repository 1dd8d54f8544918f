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
        'maestro waits for the lock; if that process never ends, inspect it on the server',
      ),
    ),
  ]
  return problems.length === 0 ? [okFinding('apt', 'dpkg is consistent and its locks are free')] : problems
}

const oldListsSeconds = 7 * 86_400

export function upgradesChecks({
  listsAgeSeconds,
  held,
  security,
  securityOrigins,
}: PendingUpgrades): readonly Finding[] {
  if (listsAgeSeconds === undefined)
    return [warningFinding('apt', 'package lists were never fetched', 'sudo apt-get update')]
  const age = `package lists ${describeDuration(listsAgeSeconds)} old`
  const heldFixes = held.filter((name) => security.some((upgrade) => upgrade.name === name))
  return [
    listsAgeSeconds > oldListsSeconds ? warningFinding('apt', age, 'sudo apt-get update') : okFinding('apt', age),
    securityOrigins.length === 0
      ? errorFinding('apt', 'no security origin among the package sources: security upgrades are never found', {
          stops: installs,
          fix: 'add the -security suite to /etc/apt/sources.list.d on the server',
        })
      : okFinding('apt', `security origins: ${securityOrigins.join(', ')}`),
    ...(heldFixes.length > 0
      ? [
          warningFinding(
            'apt',
            `held despite a security fix: ${heldFixes.join(', ')}`,
            `sudo apt-mark unhold ${heldFixes.join(' ')}`,
          ),
        ]
      : []),
    ...(held.length > 0 ? [okFinding('apt', `held, never upgraded: ${held.join(', ')}`)] : []),
  ]
}

export const unattendedUpgradesChecks = ({ isDaily, why, rebootsByItself }: UnattendedStatus): readonly Finding[] => [
  isDaily
    ? okFinding('apt', 'unattended security upgrades are on')
    : warningFinding(
        'apt',
        `unattended security upgrades are off${why === undefined ? '' : `: ${why}`}`,
        'maestro unattended-upgrades',
      ),
  ...(rebootsByItself
    ? [
        warningFinding(
          'apt',
          'unattended upgrades reboot this server by themselves, even while other servers are down',
          'maestro unattended-upgrades',
        ),
      ]
    : []),
]
