import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../src/remote/facts/facts.ts'
import {
  changedHostKey,
  diskFull,
  drop,
  freeze,
  loginNoise,
  loginShell,
  reject,
  sshdHangs,
  sudoPassword,
  type Undo,
  withoutBootId,
} from './support/faults.ts'
import { type FleetServer, type MaestroRun, readFleet, runMaestro, serverNamed } from './support/fleet.ts'
import { type FleetManifest, writeManifest } from './support/manifest.ts'

const { servers } = readFleet()

let manifest: FleetManifest
beforeAll(() => {
  manifest = writeManifest(servers)
})
afterAll(() => manifest.remove())

const maestro = (...args: string[]): Promise<MaestroRun> => runMaestro([...args, '-m', manifest.path])

/** The lines of a plain table that begin with a state and this server. */
const linesOf = ({ stdout }: MaestroRun, { name }: FleetServer) =>
  stdout.split('\n').filter((line) => new RegExp(`^(not due|\\w+) +${name} `).test(line))

const isReported = expect.stringMatching(/^(not )?due /)

/** Does what there is to do under the faults, and takes back those that came about, whatever happens. */
async function under<T>(faults: readonly Promise<Undo>[], work: () => Promise<T>): Promise<T> {
  const made = await Promise.allSettled(faults)
  try {
    const failed = made.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    return await work()
  } finally {
    await Promise.all(made.map((one) => one.status === 'fulfilled' && one.value()))
  }
}

describe('status of unreachable servers', () => {
  const frozen = serverNamed('app-1')
  const hanging = serverNamed('app-2')
  const refusing = serverNamed('db-1')
  const replaced = serverNamed('db-2')
  const silent = serverNamed('lb-1')
  let run: MaestroRun
  beforeAll(async () => {
    const faults = [freeze(frozen), sshdHangs(hanging), reject(refusing), changedHostKey(replaced), drop(silent)]
    run = await under(faults, () => maestro('reboot-status'))
  })

  it.each([
    ['a frozen one', frozen, 'accepted the connection but said nothing within'],
    ['one whose sshd hangs', hanging, 'accepted the connection but said nothing within'],
    ['one that refuses', refusing, `${refusing.address}:22 refuses connections`],
    ['one with another host key', replaced, 'is not the one in known_hosts'],
    ['one behind a firewall that drops', silent, `no answer from ${silent.address}:22 within`],
  ])('prints one line: %s', (_, server, words) => {
    expect(linesOf(run, server)).toEqual([expect.stringMatching(/^unreachable /)])
    expect(linesOf(run, server)).toEqual([expect.stringContaining(words)])
  })

  it('still prints the others, and exits 3', () => {
    for (const name of ['web-1', 'web-2']) expect(linesOf(run, serverNamed(name))).toEqual([isReported])
    expect(run.exitCode).toBe(3)
  })
})

describe('status of unusual servers', () => {
  const full = serverNamed('app-1')
  const rude = serverNamed('app-2')
  const closed = serverNamed('db-1')
  const anonymous = serverNamed('db-2')
  const guarded = serverNamed('lb-1')
  const otherShells = { csh: serverNamed('web-1'), fish: serverNamed('web-2') }
  let table: MaestroRun
  let json: MaestroRun
  beforeAll(async () => {
    const faults = [
      diskFull(full),
      loginNoise(rude, "printf '\\033[2J\\033]0;owned\\007Welcome!\\nend=ok\\n'"),
      loginShell(closed, '/usr/sbin/nologin'),
      withoutBootId(anonymous),
      sudoPassword(guarded).then(({ undo }) => undo),
      loginShell(otherShells.csh, '/bin/csh'),
      loginShell(otherShells.fish, '/usr/bin/fish'),
    ]
    const looks = () => Promise.all([maestro('reboot-status'), maestro('status', '--output', 'json')])
    ;[table, json] = await under(faults, looks)
  })

  function factsOf({ name }: FleetServer): ServerFacts {
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    return events.find(({ server }) => server === name).facts
  }

  it('reports a full disk', () => {
    expect(linesOf(table, full)).toEqual([isReported])
    expect(factsOf(full).disk).toMatchObject({ status: 'known', value: [{ path: '/', freeBytes: 0 }] })
    expect(factsOf(full).upgrades?.status).toBe('known')
  })

  it('ignores the output of a login shell, which does not reach the terminal', () => {
    expect(linesOf(table, rude)).toEqual([isReported])
    expect(table.stdout).not.toMatch(/[^\P{Cc}\n]/u)
    expect(table.stdout).not.toContain('Welcome!')
  })

  it.each(Object.entries(otherShells))('gathers all facts through %s', (_, server) => {
    expect(linesOf(table, server)).toEqual([isReported])
    const unknown = Object.entries(factsOf(server)).filter(([part, told]) => part !== 'at' && told.status !== 'known')
    expect(unknown).toEqual([])
  })

  it('fails a server without a shell in one line, and exits 1', () => {
    expect(linesOf(table, closed)).toEqual([expect.stringMatching(/^failed .*This account is currently not available/)])
    expect([table.exitCode, json.exitCode]).toEqual([1, 1])
  })

  it('gathers all facts but the identity without a boot id', () => {
    expect(factsOf(anonymous).identity).toMatchObject({ status: 'unknown', why: expect.stringContaining('boot_id') })
    expect(factsOf(anonymous).system?.status).toBe('known')
  })

  it('gathers the facts that do not need root when sudo wants a password', () => {
    expect(factsOf(guarded).needrestart).toMatchObject({
      status: 'unknown',
      why: expect.stringMatching(/sudo|password/),
    })
    expect(factsOf(guarded).kernel?.status).toBe('known')
  })
})

describe('status of a server that floods', () => {
  const flooding = serverNamed('app-1')
  const other = serverNamed('app-2')

  it('fails it in one line after a few megabytes, prints the others, and exits 1', async () => {
    const gigabyte = 'head -c 1073741824 /dev/zero | tr "\\\\0" x'

    const run = await under([loginNoise(flooding, gigabyte)], () => maestro('reboot-status'))

    expect(linesOf(run, flooding)).toEqual([expect.stringMatching(/^failed .*the server sent more than 4 MB/)])
    expect(linesOf(run, other)).toEqual([isReported])
    expect(run.exitCode).toBe(1)
  })
})
