import type { Disk, RebootFlag, System, Systemd, Tools } from '../../remote/facts/facts.ts'
import { supportOf } from '../end-of-life.ts'
import { allChanges, type Check, fine, installs, note, wrong } from '../finding.ts'

export function systemChecks(system: System, atSeconds: number): readonly Check[] {
  const { name, hasApt } = system
  if (!hasApt)
    return [
      wrong('system', `${name} has no dpkg and apt`, {
        stops: installs,
        fix: 'maestro patches Debian, Ubuntu and what comes of them; leave it out with --exclude',
      }),
    ]
  const { concern } = supportOf(system, atSeconds)
  return [concern === undefined ? fine('system', name) : note('system', concern, 'upgrade to a newer release')]
}

export const toolsChecks = ({ missing }: Tools): readonly Check[] =>
  missing.length === 0
    ? [fine('tools', 'all that the scripts use are there')]
    : [
        wrong('tools', `missing: ${missing.join(', ')}`, {
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

export const diskChecks = (disks: readonly Disk[]): readonly Check[] => disks.map(diskCheck)

function diskCheck({ path, freeBytes, isReadOnly }: Disk): Check {
  const free = `${path} has ${Math.floor(freeBytes / megabyte)} MB free`
  const enough = wanted[path] ?? wantedElsewhere
  if (isReadOnly)
    return wrong('disk', `${path} is mounted read-only`, {
      stops: allChanges,
      fix: `dmesg says why; then mount -o remount,rw ${path}`,
    })
  if (freeBytes >= enough) return fine('disk', free)
  const fix = path === '/boot' ? 'apt-get autoremove --purge' : 'apt-get clean; journalctl --vacuum-size=200M'
  if (freeBytes < enough * leastShare) return wrong('disk', free, { stops: installs, fix })
  return note('disk', `${free}, less than ${enough / megabyte}`, fix)
}

export function rebootChecks({ hasSetter }: RebootFlag): readonly Check[] {
  if (hasSetter) return []
  return [
    note(
      'system',
      'nothing here says that a restart is due (reboot-required is never set)',
      'apt-get install needrestart',
    ),
  ]
}

export function systemdChecks({ state, canRunUnits, failed, inhibitors }: Systemd): readonly Check[] {
  if (state === 'none') return [note('systemd', 'PID 1 is not systemd: long changes run without a unit of their own')]
  return [
    failed.length === 0 ? stateCheck(state) : note('systemd', `failed: ${failed.join(', ')}`, 'systemctl --failed'),
    ...(canRunUnits ? [] : [note('systemd', 'no systemd-run: long changes run without a unit of their own')]),
    ...inhibitors.map((line) => note('systemd', `a shutdown is blocked: ${line}`, 'systemd-inhibit --list')),
  ]
}

function stateCheck(state: string): Check {
  if (state === 'running' || state === 'degraded') return fine('systemd', state)
  return note('systemd', `systemd is ${state}, not running`, 'systemctl list-jobs')
}
