import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkDown, type Undo } from './faults.ts'
import { type MaestroRun, readFleet, runMaestro, serverNamed } from './fleet.ts'
import { asRoot, bootIdOf, reboot } from './inside.ts'
import { type FleetManifest, writeManifest } from './manifest.ts'

const { servers } = readFleet()
const [due, stranger, down, broken] = [
  serverNamed('app-1'),
  serverNamed('db-1'),
  serverNamed('lb-1'),
  serverNamed('db-2'),
]
const others = [due, stranger, down, broken].map(({ name }) => name)
const fine = servers.map(({ name }) => name).filter((name) => !others.includes(name))

let manifest: FleetManifest
let undo: Undo
beforeAll(async () => {
  manifest = writeManifest(servers, { unknown: [stranger] })
  await asRoot(due, 'apt-get -qq -y install fl-kernel')
  await asRoot(broken, 'cp -p /var/lib/dpkg/status /var/lib/dpkg/status.whole; echo rubbish >>/var/lib/dpkg/status')
  undo = await linkDown(down)
})
afterAll(async () => {
  await undo()
  await asRoot(due, 'apt-get -qq -y --allow-downgrades install fl-kernel=6.8.0-41.41')
  await asRoot(broken, 'mv /var/lib/dpkg/status.whole /var/lib/dpkg/status')
  manifest.remove()
})

const rebootStatus = (...args: string[]): Promise<MaestroRun> =>
  runMaestro(['reboot-status', '-m', manifest.path, ...args])

/** The first word or two of each server's line in the table: how it stands. */
function statesIn({ stdout }: MaestroRun): Readonly<Record<string, string>> {
  const lines = stdout.matchAll(/^(not due|\w+) +((?:web|app|db|lb)-\d) /gm)
  return Object.fromEntries([...lines].map(([, state = '', name = '']) => [name, state]))
}

const expected = {
  [due.name]: 'due',
  [stranger.name]: 'unreachable',
  [down.name]: 'unreachable',
  [broken.name]: 'unknown',
  ...Object.fromEntries(fine.map((name) => [name, 'not due'])),
}

describe('reboot-status on a fleet with every kind of server', () => {
  it('tells in the table how each one stands, and why', async () => {
    const run = await rebootStatus()

    expect(statesIn(run)).toEqual(expected)
    expect(run.stdout).toMatch(new RegExp(`^due +${due.name} .*asked for by fl-kernel`, 'm'))
    expect(run.stdout).toMatch(
      new RegExp(`${stranger.name} .*the host key of ${stranger.address} .* is not in known_hosts`),
    )
    expect(run.stdout).toMatch(new RegExp(`${down.name} .*${down.address}`))
    expect(run.stdout).toMatch(new RegExp(`${broken.name} .*dpkg-query cannot list the kernels`))
    expect(run.exitCode).toBe(3)
  })

  it('tells the same in JSON', async () => {
    const run = await rebootStatus('--output', 'json', '--exit-code')

    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const told = events
      .filter(({ event }) => event === 'server')
      .map(({ server, status, reboot: verdict }) => [server, verdict?.due ?? status])
    const words = { due: 'yes', 'not due': 'no', unknown: 'unknown', unreachable: 'unreachable' }
    const inJson = Object.entries(expected).map(([name, state]) => [name, words[state as keyof typeof words]])
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(inJson))
    expect(events.at(-1)).toEqual({ version: 1, event: 'end', servers: 7, exitCode: 3 })
    expect(run.exitCode).toBe(3)
  })

  it('tells the same in metrics', async () => {
    const { stdout, exitCode } = await rebootStatus('--output', 'prometheus')

    const samples = new Set(stdout.split('\n').filter((line) => !line.startsWith('#')))
    expect(samples).toContain(`maestro_reboot_required{server="${due.name}"} 1`)
    for (const name of fine) expect(samples).toContain(`maestro_reboot_required{server="${name}"} 0`)
    expect(samples).toContain(`maestro_reboot_unknown{server="${broken.name}"} 1`)
    expect(stdout).not.toMatch(
      new RegExp(`maestro_reboot_required\\{server="(${broken.name}|${stranger.name}|${down.name})"`),
    )
    for (const { name } of [stranger, down]) expect(samples).toContain(`maestro_server_reachable{server="${name}"} 0`)
    expect(exitCode).toBe(3)
  })

  it('returns 10 with --exit-code when something is due or unknown, 0 without it, and 0 when nothing is', async () => {
    const dueOnly = ['--server', `${due.name},${fine[0]}`]
    const codes = [
      await rebootStatus(...dueOnly),
      await rebootStatus(...dueOnly, '--exit-code'),
      await rebootStatus('--server', broken.name, '--exit-code'),
      await rebootStatus('--server', fine.join(','), '--exit-code'),
    ].map(({ exitCode }) => exitCode)

    expect(codes).toEqual([0, 10, 10, 0])
  })

  it('tells after a real reboot that none is due any more', async () => {
    const before = await bootIdOf(due)
    await reboot(due)

    const run = await rebootStatus('--output', 'json', '--server', due.name, '--exit-code')

    const [, told] = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(told.reboot.due).toBe('no')
    expect(told.look.identity.value.bootId).toBe(await bootIdOf(due))
    expect(told.look.identity.value.bootId).not.toBe(before)
    expect(told.look.identity.value.uptimeSeconds).toBeLessThan(60)
    expect(run.exitCode).toBe(0)
  })
})
