import type { Balancer, Disk, Docker, Dpkg, Look, Systemd, Told, Tools, Unattended, Updates } from '../remote/look.ts'
import { type Area, allChanges, bad, type Check, ok, unknown, warn } from './check.ts'
import { describeDuration } from './duration.ts'

/** What the manifest wants of a server. */
export interface Wanted {
  readonly dockerVersion?: string | undefined
  readonly weaveVersion?: string | undefined
  /** It is one of those that take others out of service. */
  readonly isBalancer: boolean
}

/** What a look shows that stands in the way. */
export function lookChecks(look: Look, wanted: Wanted): readonly Check[] {
  return [
    ...told('tools', look.tools, toolsChecks),
    ...told('disk', look.disk, diskChecks),
    ...told('apt', look.dpkg, dpkgChecks),
    ...told('apt', look.updates, updatesChecks),
    ...told('apt', look.unattended, nightlyChecks),
    ...told('systemd', look.systemd, systemdChecks),
    ...told('docker', look.docker, (docker) => dockerChecks(docker, wanted)),
    ...told('balancer', look.balancer, (balancer) => balancerChecks(balancer, wanted)),
    ...told('maestro', look.maestro, ({ lock, drained }) => [
      ...(lock === undefined
        ? []
        : [warn('maestro', `locked by ${lock.owner}, run ${lock.run}`, `maestro resume ${lock.run}`)]),
      ...drained.map((run) =>
        bad('maestro', `out of service since run ${run}`, { stops: allChanges, fix: `maestro resume ${run}` }),
      ),
    ]),
  ]
}

const told = <T>(area: Area, part: Told<T> | undefined, checks: (value: T) => readonly Check[]): readonly Check[] => {
  if (part === undefined) return []
  return part.is === 'known' ? checks(part.value) : [unknown(area, part.why)]
}

const toolsChecks = ({ missing, user }: Tools): readonly Check[] =>
  missing.length === 0
    ? [ok('tools', `all there for ${user}`)]
    : [
        bad('tools', `missing: ${missing.join(', ')}`, {
          stops: allChanges,
          fix: 'maestro changes Debian and Ubuntu with their usual packages (coreutils, util-linux, apt, dpkg)',
        }),
      ]

const megabyte = 1024 ** 2
// What a kernel and its initrd take twice, and what apt and dpkg want to unpack a usual set of updates.
const needed: Readonly<Record<string, number>> = {
  '/boot': 250 * megabyte,
  '/': 1000 * megabyte,
  '/var': 1000 * megabyte,
}

const diskChecks = (disks: readonly Disk[]): readonly Check[] =>
  disks.map(({ path, freeBytes, isReadOnly }) => {
    const free = `${path} has ${Math.floor(freeBytes / megabyte)} MB free`
    if (isReadOnly)
      return bad('disk', `${path} is mounted read-only`, {
        stops: allChanges,
        fix: `dmesg | tail, then mount -o remount,rw ${path}`,
      })
    if (freeBytes >= (needed[path] ?? 0)) return ok('disk', free)
    return warn(
      'disk',
      free,
      path === '/boot' ? 'apt-get autoremove --purge' : 'apt-get clean; journalctl --vacuum-size=200M',
    )
  })

function dpkgChecks({ isInterrupted, broken, lockHolders }: Dpkg): readonly Check[] {
  const stops = ['unattended-upgrades']
  const problems = [
    ...(isInterrupted ? [bad('apt', 'dpkg was interrupted', { stops, fix: 'sudo dpkg --configure -a' })] : []),
    ...(broken.length === 0
      ? []
      : [bad('apt', `not fully installed: ${broken.join(', ')}`, { stops, fix: 'sudo apt-get -f install' })]),
    ...lockHolders.map(({ lock, command, pid, ageSeconds }) =>
      warn('apt', `the ${lock} lock is held by ${command} (pid ${pid}) for ${describeDuration(ageSeconds)}`),
    ),
  ]
  return problems.length === 0 ? [ok('apt', 'dpkg is in order and nobody holds its locks')] : problems
}

const listsLimitSeconds = 7 * 86_400

function updatesChecks({ listsAgeSeconds, held }: Updates): readonly Check[] {
  const lists =
    listsAgeSeconds === undefined || listsAgeSeconds > listsLimitSeconds
      ? warn(
          'apt',
          listsAgeSeconds === undefined
            ? 'the package lists were never fetched'
            : `the package lists are ${describeDuration(listsAgeSeconds)} old`,
          'sudo apt-get update',
        )
      : ok('apt', `package lists are ${describeDuration(listsAgeSeconds)} old`)
  return held.length === 0 ? [lists] : [lists, ok('apt', `held, so left alone: ${held.join(', ')}`)]
}

const nightlyChecks = ({ isDaily, why, rebootsByItself }: Unattended): readonly Check[] => [
  isDaily
    ? ok('apt', 'security upgrades install themselves each night')
    : warn('apt', `no nightly security upgrades${why === undefined ? '' : `: ${why}`}`, 'maestro unattended-upgrades'),
  ...(rebootsByItself
    ? [warn('apt', 'it restarts by itself after an upgrade, whoever else is down', 'maestro unattended-upgrades')]
    : []),
]

function systemdChecks({ state, canRunUnits, failed, inhibitors }: Systemd): readonly Check[] {
  if (state === 'none')
    return [warn('systemd', 'systemd is not the init: long changes run without a unit of their own')]
  return [
    failed.length === 0
      ? ok('systemd', state || 'without a word')
      : warn('systemd', `failed: ${failed.join(', ')}`, 'systemctl --failed'),
    ...(canRunUnits
      ? []
      : [
          warn(
            'systemd',
            'there is no systemd-run: long changes run without a unit of their own',
            'apt-get install systemd',
          ),
        ]),
    ...inhibitors.map((line) => warn('systemd', `a shutdown is blocked: ${line}`, 'systemd-inhibit --list')),
  ]
}

function dockerChecks(docker: Docker | null, { dockerVersion }: Wanted): readonly Check[] {
  if (docker === null)
    return dockerVersion === undefined ? [] : [warn('docker', `not installed; the manifest wants ${dockerVersion}`)]
  const { version, trouble, source } = docker
  if (source === 'snap' || source === 'static')
    return [
      warn(
        'docker',
        `a ${source} build, which apt does not upgrade`,
        "install Docker from its own apt repository or the distribution's docker.io",
      ),
    ]
  if (version === undefined) return [warn('docker', trouble ?? 'the engine does not answer', 'systemctl status docker')]
  const differs = dockerVersion !== undefined && dockerVersion !== version
  return [
    differs
      ? warn('docker', `${version} (${source}); the manifest wants ${dockerVersion}`)
      : ok('docker', `${version} (${source})`),
  ]
}

function balancerChecks(balancer: Balancer | null, { isBalancer }: Wanted): readonly Check[] {
  if (!isBalancer) return []
  if (balancer === null)
    return [
      warn(
        'balancer',
        'a load balancer in the manifest, but HAProxy is not set up here',
        'use hooks.drain and hooks.undrain in the manifest for another one',
      ),
    ]
  const socket = balancer.sockets.find(({ isAdmin, isThere }) => isAdmin && isThere)
  if (socket !== undefined) return [ok('balancer', `HAProxy's socket ${socket.path}`)]
  const missing = balancer.sockets.find(({ isAdmin }) => isAdmin)
  const why =
    missing === undefined
      ? 'HAProxy has no runtime socket of level admin'
      : `HAProxy's socket ${missing.path} is not there`
  return [
    warn(
      'balancer',
      why,
      'in the global part of haproxy.cfg: stats socket /run/haproxy/admin.sock mode 660 level admin',
    ),
  ]
}
