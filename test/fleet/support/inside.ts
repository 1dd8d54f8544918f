import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import type { FleetServer } from './fleet.ts'

/** The process id on this machine of a system's init; undefined while the system is off. */
export function initOf(server: FleetServer): number | undefined {
  const members = `${cgroupOf(server)}/payload/init.scope/cgroup.procs`
  const pid = existsSync(members) ? Number.parseInt(readFileSync(members, 'utf8'), 10) : Number.NaN
  return Number.isNaN(pid) ? undefined : pid
}

/** The cgroup of everything that has run in a system since it was switched on. */
export const cgroupOf = (server: FleetServer): string => `${server.cgroup}/power`

/**
 * Runs POSIX sh text as root inside a system, through its namespaces and not through ssh, and returns its stdout without
 * the last newline. Throws when the system is off, the text fails, or `timeoutMs` (60 s) is over.
 */
export async function asRoot(server: FleetServer, script: string, timeoutMs = 60_000): Promise<string> {
  const init = initOf(server)
  if (!init) throw new Error(`${server.name} is off`)

  // The time limit lies inside: to kill nsenter would leave what it started. It must not fork: a system that shuts down stops
  // all its processes for a moment, and a parent outside that stops with its child is never woken: the system stays half off.
  const limit = ['timeout', '--kill-after=1', String(timeoutMs / 1000)]
  const { stdout } = await execa(
    'nsenter',
    ['--no-fork', '--all', '-t', String(init), ...limit, 'sh', '-euc', script],
    {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' },
      extendEnv: false,
      stdin: 'ignore',
    },
  )
  return stdout
}

/** The identity of the boot that a system is in. */
export const bootIdOf = (server: FleetServer): Promise<string> => asRoot(server, 'cat /proc/sys/kernel/random/boot_id')

/** Waits until systemd says `running`; throws with its failed units, or the end of the console, after `timeoutMs` (150 s). */
export async function waitUntilRunning(server: FleetServer, timeoutMs = 150_000): Promise<void> {
  const state = (words: string, limitMs: number) =>
    asRoot(server, `systemctl is-system-running ${words} || true`, limitMs).catch(() => 'off')
  // Once systemd can be asked it waits by itself for the end of a boot: to be asked again and again would slow that down.
  if (!(await eventually(async () => (await state('--wait', timeoutMs)) === 'running', timeoutMs))) {
    throw new Error(`${server.name} is ${await state('', 10_000)} and not running:\n${await whatIsWrong(server)}`)
  }
}

/** Has a system fetch its package lists, all of them: apt itself only warns of one that it cannot have. */
export async function fetchLists(server: FleetServer): Promise<void> {
  const fetch = () => asRoot(server, 'apt-get -qq -eany update')
  const isDone = () =>
    fetch().then(
      () => true,
      () => false,
    )
  // Within its first seconds a system may have no way to the archive yet.
  if (!(await eventually(isDone, 30_000))) await fetch()
}

/** Reboots a system the way an administrator does, and returns when it is running again under a new boot id. */
export async function reboot(server: FleetServer): Promise<void> {
  const before = await bootIdOf(server)
  await asRoot(server, 'systemctl reboot')
  await waitUntilRebooted(server, before)
}

/** Waits until a system runs under another boot id than `before`; throws after `timeoutMs` (150 s: systemd gives what will not stop 90). */
export async function waitUntilRebooted(server: FleetServer, before: string, timeoutMs = 150_000): Promise<void> {
  const isNew = async () => (await bootIdOf(server).catch(() => before)) !== before
  if (!(await eventually(isNew, timeoutMs))) throw new Error(`${server.name} did not reboot:\n${consoleOf(server)}`)
  await waitUntilRunning(server, timeoutMs)
}

/** Asks ten times a second until the answer is yes; false when `timeoutMs` is over first. */
export async function eventually(isSo: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (!(await isSo())) {
    if (Date.now() > deadline) return false
    await sleep(100)
  }
  return true
}

const whatIsWrong = (server: FleetServer): Promise<string> =>
  asRoot(server, 'systemctl --failed --plain; systemctl list-jobs').catch(() => consoleOf(server))

const consoleOf = (server: FleetServer): string =>
  readFileSync(`${server.directory}/console.log`, 'utf8').split('\n').slice(-20).join('\n')
