import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInMemoryLab } from '../../src/lab/in-memory/lab.ts'
import type { Lab } from '../../src/lab/scaffold.ts'
import { faultyServers } from '../support/fixtures/faulty-servers.ts'
import { type Fleet, type FleetServers, maestro, type Run, startFleet } from '../support/fixtures/loopback-fleet.ts'
import { itNeeds } from '../support/tools.ts'

const computer = { searchPath: process.env.PATH ?? '', platform: process.platform }

async function startLab(count: number, delayMs = 0): Promise<Lab> {
  return startInMemoryLab({ folder: mkdtempSync(join(tmpdir(), 'maestro-scale-')), count, delayMs, ...computer })
}

async function endLab(lab: Lab): Promise<void> {
  await lab.end()
  rmSync(lab.folder, { recursive: true })
}

// A busy machine may be many times slower.
const patient = { timeout: 280_000 }

describe('status and reboot-status of 300 servers, 50 of them faulty', () => {
  const seed = Number(process.env.MAESTRO_SEED ?? Date.now() % 1_000_000)
  const kinds = chosenAtRandom(Object.entries(faultyServers), { count: 50, seed })
  const bad = new Map(kinds.map(([name, trouble], index) => [`bad-${index + 1}-${name}`, trouble]))
  let lab: Lab
  let fleet: Fleet
  let table: Run
  let json: Run
  beforeAll(async () => {
    lab = await startLab(250)
    fleet = await startFleet(Object.fromEntries([...bad].map(([name, [options]]) => [name, options])) as FleetServers)
    mixInto(fleet, lab)
    table = await fleet.maestro(['reboot-status'])
    json = await fleet.maestro(['reboot-status', '--output', 'json'])
  }, patient.timeout)
  afterAll(async () => {
    await Promise.all([fleet.end(), endLab(lab)])
  })

  it('print one line per server, with its error or with what is due', () => {
    const lineOf = new Map(table.stdout.split('\n').map((line) => [/ {2}(\S+)/.exec(line)?.[1], line]))
    const wrong = [...bad].filter(([name, [, state, words]]) => {
      const line = lineOf.get(name) ?? ''
      return !line.startsWith(state) || !line.includes(words)
    })
    const due = lab.servers.filter(({ name }) => /^(not )?due /.test(lineOf.get(name) ?? ''))

    expect(wrong, `MAESTRO_SEED=${seed}`).toEqual([])
    expect(due).toHaveLength(250)
  })

  it('print totals and set the exit code', () => {
    const count = (state: string) => [...bad.values()].filter(([, status]) => status === state).length
    const [failed, unreachable] = [count('failed'), count('unreachable')]

    expect(table.stdout.trim().split('\n').at(-1), `MAESTRO_SEED=${seed}`).toContain(
      `300 servers: 1 due, ${failed} failed`,
    )
    expect(table.stdout, `MAESTRO_SEED=${seed}`).toContain(`${unreachable} unreachable`)
    expect(table.exitCode).toBe(failed > 0 ? 1 : 3)
  })

  it('print one JSON event per server', () => {
    const events = json.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const states = new Map(events.map(({ server, status }) => [server, status]))

    expect(events.map(({ event }) => event)).toEqual(['command-started', ...Array(300).fill('server'), 'command-ended'])
    for (const [name, [, state]] of bad) expect(states.get(name), `${name}, MAESTRO_SEED=${seed}`).toBe(state)
  })
})

describe('output for many servers', patient, () => {
  const itAtTerminal = itNeeds(['script', 'stty'])
  let lab: Lab
  let few: Lab
  let slow: Lab
  beforeAll(async () => {
    lab = await startLab(300)
    few = await startLab(50)
    slow = await startLab(6, 2_500)
  })
  afterAll(async () => {
    await Promise.all([lab, few, slow].map(endLab))
  })
  // Without what the spinner drew on stderr, which is the same terminal.
  const atTerminal = async ({ folder }: Lab, line: string, env = {}): Promise<string> => {
    const { stdout } = await execa('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
    })
    return stdout
  }
  const reportIn = (screen: string) => screen.slice(screen.search(/(SERVERS|REBOOT) {2}/)).split(/\r?\n/)
  const status = `${process.execPath} ${maestro} status`

  itAtTerminal.each([80, 200])('fits a terminal of %i columns, with equal servers on one line', async (columns) => {
    const report = reportIn(await atTerminal(lab, `stty cols ${columns} rows 24; ${status}`, { NO_COLOR: '1' }))

    expect(report.filter((line) => line.length > columns)).toEqual([])
    expect(report.join('\n')).toMatch(/^web-\[1-296\] +3 due +not due +ubuntu 24\.04 +27\.5\.1$/m)
    expect(report.join('\n')).toContain('300 servers: 299 with security upgrades due, 1 to reboot')
  })

  itAtTerminal('keeps every word on a terminal of 40 columns', async () => {
    const report = reportIn(await atTerminal(few, `stty cols 40 rows 24; ${status}`, { NO_COLOR: '1' }))
    const text = report.join(' ').replace(/\s+/g, ' ')

    expect(text).toContain(
      'reboot due: required by libc6; no unattended upgrades (unattended-upgrades is not installed)',
    )
    expect(text).toContain('web-[1-46] 3 due not due system ubuntu 24.04; docker 27.5.1')
  })

  itAtTerminal('fits a terminal that became narrower meanwhile', async () => {
    const screen = await atTerminal(slow, `stty cols 200 rows 24; (sleep 0.2; stty cols 80 </dev/tty) & ${status}`, {
      NO_COLOR: '1',
    })

    expect(reportIn(screen).filter((line) => line.length > 80)).toEqual([])
    expect(screen).toContain('6 servers: 5 with security upgrades due')
  })

  itAtTerminal('has no control sequences with TERM=dumb', async () => {
    const screen = await atTerminal(few, `stty cols 80 rows 24; ${status}`, { TERM: 'dumb' })

    expect(screen).toContain('50 servers: 49 with security upgrades due')
    expect(JSON.stringify(screen)).not.toContain('\\u001b')
  })

  itAtTerminal('has no colours with NO_COLOR, and has them without', async () => {
    const coloured = JSON.stringify(await atTerminal(few, `stty cols 80 rows 24; ${status}`))
    const plain = JSON.stringify(await atTerminal(few, `stty cols 80 rows 24; ${status}`, { NO_COLOR: '1' }))

    expect(coloured).toMatch(/\\u001b\[\d\dm/)
    expect(plain).not.toMatch(/\\u001b\[\d*m/)
  })

  it.each(['status --verbose', 'status --output json'])(
    'ends quietly when its pipe closes early (%s)',
    async (words) => {
      const line = `{ ${process.execPath} ${maestro} ${words}; echo $? >ended; } | head -n 1 >first`
      const { stderr } = await execa('sh', ['-c', line], { cwd: few.folder })

      expect(stderr).toBe('')
      expect(readFileSync(`${few.folder}/ended`, 'utf8')).toBe('0\n')
      expect(readFileSync(`${few.folder}/first`, 'utf8')).toMatch(/\S/)
    },
  )
})

/** The servers of both in one manifest, with the lab's key and both known_hosts. */
function mixInto({ folder, write }: Fleet, lab: Lab): void {
  const read = (path: string) => readFileSync(path, 'utf8')
  const entries = [`${folder}/Manifest.yml`, `${lab.folder}/Manifest.yml`].flatMap(
    (path) => read(path).match(/^ +- server: .*$/gm) ?? [],
  )
  const ssh = 'maestro:\n  ssh: {user: deploy, config: none, identity_file: key, known_hosts: known_hosts}\n'
  write('known_hosts', read(`${folder}/known_hosts`) + read(`${lab.folder}/known_hosts`))
  write('key', read(`${lab.folder}/key`), 0o600)
  write('Manifest.yml', `docker:\n  servers:\n${entries.map((line) => `  ${line.trim()}\n`).join('')}${ssh}`)
}

/** So many of these, some more than once, by a seed; each once at least. */
function chosenAtRandom<T>(all: readonly T[], { count, seed }: { count: number; seed: number }): readonly T[] {
  let state = seed
  const below = (limit: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * limit)
  }
  const more = Array.from({ length: count - all.length }, () => all[below(all.length)])
  return [...all, ...more].flatMap((one) => (one === undefined ? [] : [one]))
}
