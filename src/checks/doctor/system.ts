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
        fix: 'maestro patches Debian, Ubuntu and their derivatives; skip this server with --exclude',
      }),
    ]
  const { concern } = supportStatus(system, atSeconds)
  return [
    concern === undefined ? okFinding('system', name) : warningFinding('system', concern, 'upgrade to a newer release'),
  ]
}

export const toolsChecks = ({ missing }: Tools): readonly Finding[] =>
  missing.length === 0
    ? [okFinding('tools', 'all tools that the scripts use are installed')]
    : [
        errorFinding('tools', `missing: ${missing.join(', ')}`, {
          stops: allChanges,
          fix: 'apt-get install --reinstall apt coreutils dpkg findutils grep mawk sed util-linux',
        }),
      ]

const megabyte = 1024 ** 2
// Room for a kernel and its initrd twice, and for apt and dpkg to unpack a usual set of upgrades.
const wanted: Readonly<Record<string, number>> = { '/boot': 250 * megabyte }
const wantedElsewhere = 1000 * megabyte
// Below this share an installation is expected to fail.
const leastShare = 0.2

export const diskChecks = (disks: readonly Disk[]): readonly Finding[] => disks.map(diskCheck)

function diskCheck({ path, freeBytes, isReadOnly }: Disk): Finding {
  const free = `${path} has ${Math.floor(freeBytes / megabyte)} MB free`
  const enough = wanted[path] ?? wantedElsewhere
  if (isReadOnly)
    return errorFinding('disk', `${path} is mounted read-only`, {
      stops: allChanges,
      fix: `see dmesg for the cause; then mount -o remount,rw ${path}`,
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
      'no installed package reports that a reboot is required (reboot-required is never set)',
      'apt-get install needrestart',
    ),
  ]
}

export function systemdChecks({ state, canRunUnits, failed, inhibitors }: Systemd): readonly Finding[] {
  if (state === 'none') return [warningFinding('systemd', 'PID 1 is not systemd: long jobs run without a unit')]
  return [
    failed.length === 0
      ? stateCheck(state)
      : warningFinding('systemd', `failed units: ${failed.join(', ')}`, 'systemctl --failed'),
    ...(canRunUnits ? [] : [warningFinding('systemd', 'systemd-run is missing: long jobs run without a unit')]),
    ...inhibitors.map((line) => warningFinding('systemd', `shutdown is blocked: ${line}`, 'systemd-inhibit --list')),
  ]
}

function stateCheck(state: string): Finding {
  if (state === 'running' || state === 'degraded') return okFinding('systemd', state)
  return warningFinding('systemd', `systemd is ${state}, not running`, 'systemctl list-jobs')
}
