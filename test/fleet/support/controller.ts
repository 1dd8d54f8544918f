import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { JournalEvent } from '../../../src/journal/events.ts'
import { type FleetServer, type MaestroRun, readFleet, runMaestro } from './fleet.ts'
import { asRoot } from './inside.ts'
import { writeManifest } from './manifest.ts'

const ourFile = '/etc/apt/apt.conf.d/52maestro-unattended-upgrades'
const timers = 'apt-daily apt-daily-upgrade'

/** A controller with journals of its own, for some servers of the fleet. */
export interface Controller {
  readonly maestro: (...args: string[]) => Promise<MaestroRun>
  /** Runs it until the journal has that many lines, and kills it there; resolves when it is gone. */
  readonly killedAfter: (lines: number, ...args: string[]) => Promise<void>
  /** The same once that is so. */
  readonly killedWhen: (isTime: () => Promise<boolean>, ...args: string[]) => Promise<void>
  /** Interrupts it then, so many times, as a person at a terminal does; resolves with its exit code. */
  readonly interruptedWhen: (isTime: () => Promise<boolean>, times: number, ...args: string[]) => Promise<number | null>
  readonly manifest: string
  /** A folder of its own. */
  readonly folder: string
  readonly runs: () => readonly string[]
  readonly eventsOf: (run: string) => readonly JournalEvent[]
  /** Resumes a run that was killed; one that was over before the kill came leaves nothing to go on with: then how it ended. */
  readonly resume: (run: string) => Promise<MaestroRun>
  readonly remove: () => void
}

export function makeController(...wanted: Parameters<typeof writeManifest>): Controller {
  const manifest = writeManifest(...wanted)
  const state = mkdtempSync(`${tmpdir()}/maestro-state-`)
  const root = `${state}/maestro/runs`
  const env = { XDG_STATE_HOME: state }
  const runs = () => listIn(root).toSorted()
  const textOf = (run: string) => {
    const path = `${root}/${run}/events.ndjson`
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const maestro = (...args: string[]) => runMaestro([...args, '--manifest', manifest.path], { env })
  async function startedUntil(isTime: () => Promise<boolean>, everyMs: number, args: readonly string[]) {
    const { namespace, home } = readFleet().controller
    const command = ['netns', 'exec', namespace, process.execPath, bundle, ...args, '--manifest', manifest.path]
    const child = spawn('ip', command, { env: { PATH: process.env.PATH, HOME: home, ...env }, stdio: 'ignore' })
    const exit = new Promise<number | null>((resolve) => child.on('exit', resolve))
    while (child.exitCode === null && child.signalCode === null && !(await isTime())) await sleep(everyMs)
    return { child, exit }
  }
  async function killedWhen(isTime: () => Promise<boolean>, everyMs: number, args: readonly string[]): Promise<void> {
    const { child, exit } = await startedUntil(isTime, everyMs, args)
    child.kill('SIGKILL')
    await exit
  }
  const eventsOf = (run: string) =>
    textOf(run)
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalEvent)
  return {
    maestro: (...args) =>
      args[0] === 'resume' && args[1] !== '--adopt' ? runMaestro(args, { env }) : maestro(...args),
    killedAfter: async (lines, ...args) => {
      const before = runs()
      const run = () => runs().find((name) => !before.includes(name))
      await killedWhen(async () => linesIn(textOf(run() ?? '')) >= lines, 2, args)
    },
    killedWhen: (isTime, ...args) => killedWhen(isTime, 200, args),
    interruptedWhen: async (isTime, times, ...args) => {
      const { child, exit } = await startedUntil(isTime, 200, args)
      for (let left = times; left > 0; left -= 1) {
        child.kill('SIGINT')
        await sleep(300)
      }
      return exit
    },
    manifest: manifest.path,
    folder: state,
    runs,
    eventsOf,
    resume: async (run) => {
      const last = eventsOf(run).at(-1)
      if (last?.event === 'run-ended') return { exitCode: last.exitCode, stdout: '', stderr: '' }
      return runMaestro(['resume'], { env })
    },
    remove: () => {
      manifest.remove()
      rmSync(state, { recursive: true })
    },
  }
}

const bundle = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))
const linesIn = (text: string) => text.split('\n').length - 1

const listIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Enables the apt timers as Debian's packages have them: elsewhere in the fleet they wait for 2099. */
export const enableUpgradeTimers = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `for timer in ${timers}; do
       mv /etc/systemd/system/$timer.timer.d/fleet.conf /root/$timer.conf
       touch /var/lib/systemd/timers/stamp-$timer.timer
     done
     systemctl daemon-reload; systemctl restart ${timers.replaceAll(/\S+/g, '$&.timer')}`,
  )

export const disableUpgradeTimers = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `for timer in ${timers}; do mv /root/$timer.conf /etc/systemd/system/$timer.timer.d/fleet.conf; done
     systemctl daemon-reload; systemctl restart ${timers.replaceAll(/\S+/g, '$&.timer')}`,
  )

/** Puts a server back to where maestro has never been. */
export const removeMaestro = (server: FleetServer): Promise<string> =>
  asRoot(server, `rm -rf ${ourFile} /var/lib/maestro /var/log/maestro`)

/** All that a run may change on a server, as checksums: settings, packages, units, holds, and maestro's own marks. */
export const fingerprint = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `find /etc /var/lib/dpkg /var/lib/maestro -xdev -type f ! -name guard -exec sha256sum {} + | sort -k 2
     find /etc /var/lib/maestro -xdev ! -type f -printf '%p %l\\n' | sort
     systemctl list-unit-files --no-legend; systemctl is-active ${timers.replaceAll(/\S+/g, '$&.timer')}; apt-mark showhold`,
  )

/** The configuration there, without files that contain the run id. */
export const settingsOn = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `cat ${ourFile} 2>&1 || true; ls -A /var/lib/maestro 2>/dev/null || true; systemctl is-enabled ${timers.replaceAll(/\S+/g, '$&.timer')}`,
  )
