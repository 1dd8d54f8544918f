import type { Disk } from '../../remote/facts/disk.ts'
import type { RebootFlag } from '../../remote/facts/reboot.ts'
import type { System } from '../../remote/facts/system.ts'
import type { Systemd } from '../../remote/facts/systemd.ts'
import type { Tools } from '../../remote/facts/tools.ts'
import { supportStatus } from '../end-of-life.ts'
import { allChanges, errorFinding, type Finding, installs, okFinding, warningFinding } from '../finding.ts'

export function systemChecks(system: System, atSeconds: number): readonly Finding[] {
  const { name, hasApt } = system
  if (!hasApt)
    return [
      errorFinding('system', `${name} has no dpkg and apt`, {
        stops: installs,
        fix: 'maestro patches Debian, Ubuntu and what comes of them; leave it out with --exclude',
      }),
    ]
  const { concern } = supportStatus(system, atSeconds)
  return [
    concern === undefined ? okFinding('system', name) : warningFinding('system', concern, 'upgrade to a newer release'),
  ]
}

export const toolsChecks = ({ missing }: Tools): readonly Finding[] =>
  missing.length === 0
    ? [okFinding('tools', 'all that the scripts use are there')]
    : [
        errorFinding('tools', `missing: ${missing.join(', ')}`, {
          stops: allChanges,
          fix: 'apt-get install --reinstall apt coreutils dpkg findutils grep mawk sed util-linux',
        }),
      ]

const megabyte = 1024 ** 2
// What a kernel and its initrd take twice, and what apt and dpkg want to unpack a usual set of updates.
const wanted: Readonly<Record<string, number>> = { '/boot': 250 * megabyte }
const wantedElsewhere = 1000 * megabyte
// Below this share of it nothing can be expected to go well.
const leastShare = 0.2

export const diskChecks = (disks: readonly Disk[]): readonly Finding[] => disks.map(diskCheck)

function diskCheck({ path, freeBytes, isReadOnly }: Disk): Finding {
  const free = `${path} has ${Math.floor(freeBytes / megabyte)} MB free`
  const enough = wanted[path] ?? wantedElsewhere
  if (isReadOnly)
    return errorFinding('disk', `${path} is mounted read-only`, {
      stops: allChanges,
      fix: `dmesg says why; then mount -o remount,rw ${path}`,
    })
  if (freeBytes >= enough) return okFinding('disk', free)
  const fix = path === '/boot' ? 'apt-get autoremove --purge' : 'apt-get clean; journalctl --vacuum-size=200M'
  if (freeBytes < enough * leastShare) return errorFinding('disk', free, { stops: installs, fix })
  return warningFinding('disk', `${free}, less than ${enough / megabyte}`, fix)
}

export function rebootChecks({ hasSetter }: RebootFlag): readonly Finding[] {
  if (hasSetter) return []
  return [
    warningFinding(
      'system',
      'nothing here says that a restart is due (reboot-required is never set)',
      'apt-get install needrestart',
    ),
  ]
}

export function systemdChecks({ state, canRunUnits, failed, inhibitors }: Systemd): readonly Finding[] {
  if (state === 'none')
    return [warningFinding('systemd', 'PID 1 is not systemd: long changes run without a unit of their own')]
  return [
    failed.length === 0
      ? stateCheck(state)
      : warningFinding('systemd', `failed: ${failed.join(', ')}`, 'systemctl --failed'),
    ...(canRunUnits ? [] : [warningFinding('systemd', 'no systemd-run: long changes run without a unit of their own')]),
    ...inhibitors.map((line) => warningFinding('systemd', `a shutdown is blocked: ${line}`, 'systemd-inhibit --list')),
  ]
}

function stateCheck(state: string): Finding {
  if (state === 'running' || state === 'degraded') return okFinding('systemd', state)
  return warningFinding('systemd', `systemd is ${state}, not running`, 'systemctl list-jobs')
}
