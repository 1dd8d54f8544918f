import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { RefusedError } from '../../src/base/errors.ts'
import { StuckError, UnknownError } from '../../src/plan/errors.ts'
import { diskFull, linkDown, powerCut } from './support/faults.ts'
import { type FleetServer, serverNamed } from './support/fleet.ts'
import { fleetJob, freshRun } from './support/fleet-job.ts'
import { asRoot, bootIdOf, eventually, waitUntilRebooted } from './support/inside.ts'

const server = serverNamed('app-1')
const other = serverNamed('app-2')
const noLine = 'no connection to the server; the job continues there'
const count = (to: number, pauseSeconds = 1) =>
  `i=0; while [ $i -lt ${to} ]; do i=$((i + 1)); echo "line $i"; sleep ${pauseSeconds}; done`

afterEach(async () => {
  for (const { name } of [server, other]) await asRoot(serverNamed(name), cleared)
})

/** Jobs that still run are no longer wanted. */
const cleared = `
  systemctl kill --signal=KILL 'maestro-2026*' 2>/dev/null || :
  rm -rf /var/lib/maestro /var/log/maestro`

type JobOptions = Partial<Omit<Parameters<typeof fleetJob>[1], 'work'>> & { readonly on?: FleetServer }

function startJob(work: string, { on = server, run = freshRun(), ...options }: JobOptions = {}) {
  const job = fleetJob(on, { run, work, ...options })
  onTestFinished(job.close)
  return { ...job, run, unit: `maestro-${run}-upgrade.service`, folder: `/var/lib/maestro/${run}` }
}

const activeUnits = (of: FleetServer) =>
  asRoot(of, "systemctl list-units --plain --no-legend --state=active 'maestro-2026*' | cut -d ' ' -f 1")

describe('detachedJob on a server with systemd', () => {
  it('continues while the connection is down, is followed from its offset, and leaves no process of the follower', async () => {
    const job = startJob(count(9))
    await job.begin()
    const following = job.finish()
    await eventually(() => job.progress.length > 1, 10_000)

    // In the middle of a question: the next one is sent as soon as there were news.
    await sleep(500)
    const plugIn = await linkDown(server)
    const asksLeft = () => asRoot(server, "pgrep -fc '^sh -s$' || :")
    const isClear = await eventually(async () => (await asksLeft()) === '0', 8_000)
    const isMissed = await eventually(() => job.progress.includes(noLine), 8_000)
    await plugIn()

    expect({ isClear, isMissed }).toEqual({ isClear: true, isMissed: true })
    expect(await following).toMatchObject({ kind: 'exited', code: 0, skippedBytes: 0 })
    expect((await following).lastLines).toEqual(Array.from({ length: 9 }, (_, index) => `line ${index + 1}`))
  })

  it('outlives its controller, and another controller reads its result', async () => {
    const job = startJob(count(3))

    await killedWhen(/^line \d$/m, [server.name, job.run, count(3)])

    expect(await job.status()).toBe('running')
    await job.begin()
    expect(await job.finish()).toMatchObject({ kind: 'exited', code: 0, lastLines: ['line 1', 'line 2', 'line 3'] })
  })

  it.each([60, 150, 240])('runs once when its controller is killed %i ms after the start', async (afterMs) => {
    const job = startJob('echo ran; sleep 0.5')

    await killedWhen(/^beginning$/m, [server.name, job.run, 'echo ran; sleep 0.5'], afterMs)
    await job.begin()

    expect(await job.finish()).toMatchObject({ code: 0, lastLines: ['ran'] })
  })

  it('starts once when two controllers start it at the same time', async () => {
    const [one, two] = [startJob('echo ran; sleep 1'), startJob('echo ran; sleep 1')]
    const again = startJob('echo ran; sleep 1', { run: one.run })
    await Promise.all([again.status(), two.status(), one.status()])

    await Promise.all([one.begin(), again.begin()])

    const [first, second] = await Promise.all([one.finish(), again.finish()])
    expect(first).toMatchObject({ code: 0, lastLines: ['ran'] })
    expect(second).toEqual(first)
  })

  it('reports a kill by its unit, and can be started again', async () => {
    const job = startJob('[ -e /run/killed ] || { echo >/run/killed; sleep 60; }; rm /run/killed; echo done')
    await job.begin()

    await asRoot(server, `systemctl kill --signal=KILL ${job.unit}`)

    expect(await job.finish()).toMatchObject({ kind: 'killed', result: 'signal', status: 'KILL' })
    expect(await job.status()).toBe('no')
    await job.begin()
    expect(await job.finish()).toMatchObject({ kind: 'exited', code: 0, lastLines: ['done'] })
  })

  it('finishes its work when its unit is stopped', async () => {
    const job = startJob('sleep 2; echo done')
    await job.begin()

    await asRoot(server, `systemctl stop ${job.unit}`)

    expect(await job.finish()).toMatchObject({ kind: 'exited', code: 0, lastLines: ['done'] })
  })

  it('reports new log lines within seconds, long before its end', async () => {
    const lateMs: number[] = []
    const job = startJob('for _ in 1 2 3 4 5 6; do date +%s%3N; sleep 1.3; done', {
      onProgress: (line) => lateMs.push(Date.now() - Number(line)),
    })
    await job.begin()

    await job.finish()

    console.info(`news of a detached job: ${lateMs.join(', ')} ms old`)
    // On a busy machine two may come together, and late.
    expect(lateMs.length).toBeGreaterThanOrEqual(3)
    expect(Math.max(...lateMs)).toBeLessThan(5_000)
  })

  it('reads a log of 200 MB in little memory', async () => {
    const job = startJob(
      "for _ in 1 2 3 4; do yes 'a line of a log that says much' | head -c 50000000; sleep 1; done; echo; echo the end",
    )
    const before = process.memoryUsage().rss
    await job.begin()

    const { lastLines, skippedBytes } = await job.finish()

    const grownMb = (process.memoryUsage().rss - before) / 1e6
    console.info(`a log of 200 MB: ${job.asks()} questions, ${grownMb.toFixed(0)} MB more memory`)
    expect(lastLines.at(-1)).toBe('the end')
    expect(skippedBytes).toBeGreaterThan(199_000_000)
    expect(job.asks()).toBeGreaterThan(4)
    expect(grownMb).toBeLessThan(60)
  })

  it('is refused on a full disk before it starts', async () => {
    const job = startJob('echo ran')
    await job.status()
    const makeRoom = await diskFull(server)
    onTestFinished(makeRoom)

    const begin = job.begin()

    await expect(begin).rejects.toThrow(RefusedError)
    await expect(begin).rejects.toThrow(
      /^nothing was begun: (only \d+ KB are free|cannot make a folder: .*No space left)/,
    )
    expect(await job.status()).toBe('no')
    expect(await activeUnits(server)).toBe('')
  })

  it('continues when the disk fills up, and still reports its result', async () => {
    const job = startJob('echo begun; sleep 2; seq 15000; echo still; exit 3')
    await job.begin()
    const makeRoom = await diskFull(server)
    onTestFinished(makeRoom)

    const { lastLines, ...ending } = await job.finish()
    expect(ending).toMatchObject({ kind: 'exited', code: 3 })
    expect(lastLines).not.toContain('still')
  })

  it('is reported stuck with its processes when nothing moves, and continues', async () => {
    const job = startJob('echo waiting; cat /dev/zero | sleep 600', { stallTimeoutMs: 4_500 })
    await job.begin()
    const following = job.finish().catch((error: unknown) => error)
    await eventually(() => job.progress.length > 0, 5_000)
    const [asks, atMs] = [job.asks(), performance.now()]

    const stuck = await following

    const minutes = (performance.now() - atMs) / 60_000
    console.info(`following an idle job: ${((job.asks() - asks) / minutes).toFixed(1)} questions a minute`)
    expect(stuck).toBeInstanceOf(StuckError)
    expect(String(stuck)).toMatch(
      /no progress for 0\.075 min, and it goes on there: sh .*upgrade\.sh \(\d+, S, \d+ s\), .*> sleep 600/,
    )
    expect(await activeUnits(server)).toBe(job.unit)
    expect(await job.status()).toBe('running')
  })

  it('is unknown after a power cut, which is reported', async () => {
    const job = startJob('sleep 60')
    await job.begin()
    const bootId = await bootIdOf(server)

    const powerOn = await powerCut(server)
    await powerOn()

    expect(await bootIdOf(server)).not.toBe(bootId)
    const later = startJob('', { run: job.run })
    expect(await later.status()).toBe('unknown')
    const end = await later.finish().catch((error: unknown) => error)
    expect(end).toBeInstanceOf(UnknownError)
    const [, at = ''] = /the server was restarted at (\S+)/.exec(String(end)) ?? []
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000)
  })

  it('delays a reboot until it ends', async () => {
    const job = startJob('sleep 3; echo done')
    await job.begin()
    const bootId = await bootIdOf(server)

    const following = job.finish()
    await asRoot(server, 'systemctl reboot')
    await waitUntilRebooted(server, bootId)

    expect(await following).toMatchObject({ kind: 'exited', code: 0, lastLines: ['done'] })
  })
})

describe('detachedJob on a server without systemd-run', () => {
  beforeAll(async () => void (await asRoot(other, 'mv /usr/bin/systemd-run /usr/bin/systemd-run.away')))
  afterAll(async () => void (await asRoot(other, 'mv /usr/bin/systemd-run.away /usr/bin/systemd-run')))

  it('outlives the session that started it', async () => {
    const [job, later] = [startJob(count(3), { on: other }), startJob('')]
    const found = startJob('', { on: other, run: job.run })
    await job.begin()
    await job.close()
    await later.close()

    expect(await found.status()).toBe('running')
    expect(await activeUnits(other)).toBe('')
    expect(await found.finish()).toMatchObject({ kind: 'exited', code: 0, lastLines: ['line 1', 'line 2', 'line 3'] })
  })

  it('is unknown when it is killed', async () => {
    const job = startJob('sleep 60', { on: other })
    await job.begin()

    await asRoot(other, `kill -s KILL -- -$(sed -n s/^pid=//p ${job.folder}/upgrade.begun)`)

    expect(await job.status()).toBe('unknown')
  })
})

/** Runs a controller in a process of its own, and kills it as soon as it says that. */
async function killedWhen(says: RegExp, args: readonly string[], afterMs = 0): Promise<void> {
  const child = spawn(process.execPath, [controller, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
    if (says.test(said)) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
}

const folder = mkdtempSync(`${tmpdir()}/maestro-controller-`)
const controller = `${folder}/job-controller.mjs`

beforeAll(async () => {
  const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  await build({
    entryPoints: [source('support/job-controller.ts')],
    outfile: controller,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['cpu-features'],
    define: { __dirname: '""' },
    loader: { '.node': 'empty' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  cpSync(source('../../src/remote'), folder, { recursive: true, filter: (from) => !from.endsWith('.ts') })
})

afterAll(() => rmSync(folder, { recursive: true }))
