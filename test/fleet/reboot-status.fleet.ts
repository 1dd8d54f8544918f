import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { powerCut, type Undo } from './support/faults.ts'
import { type FleetServer, type MaestroRun, readFleet, runMaestro, serverNamed } from './support/fleet.ts'
import { asRoot, bootIdOf, reboot } from './support/inside.ts'
import { type FleetManifest, writeManifest } from './support/manifest.ts'

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
let powerOn: Undo
beforeAll(async () => {
  manifest = writeManifest(servers, { unknown: [stranger] })
  await asRoot(due, 'apt-get -qq -y install --only-upgrade fl-kernel')
  await asRoot(broken, 'cp -p /var/lib/dpkg/status /var/lib/dpkg/status.whole; echo rubbish >>/var/lib/dpkg/status')
  powerOn = await powerCut(down)
})
afterAll(async () => {
  await powerOn()
  await asRoot(due, 'apt-get -qq -y --allow-downgrades install fl-kernel=6.8.0-41.41; rm -f /run/reboot-required*')
  await asRoot(broken, 'mv /var/lib/dpkg/status.whole /var/lib/dpkg/status')
  manifest.remove()
})

const rebootStatus = (...args: string[]): Promise<MaestroRun> =>
  runMaestro(['reboot-status', '-m', manifest.path, ...args])

type State = 'due' | 'not due' | 'unknown' | 'unreachable'
type States = readonly (readonly [server: string, state: string])[]

/** Every server of the fleet but `due` as it was made, in the order in which they need care. */
const inState = (state: State): States => {
  const order = ['due', 'unknown', 'unreachable', 'not due']
  const states: States = [
    [due.name, state],
    [broken.name, 'unknown'],
    [stranger.name, 'unreachable'],
    [down.name, 'unreachable'],
    ...fine.map((name) => [name, 'not due'] as const),
  ]
  return states.toSorted(([a, ofA], [b, ofB]) => order.indexOf(ofA) - order.indexOf(ofB) || (a < b ? -1 : 1))
}

/** The first word or two of each line of the table. */
const inTable = (stdout: string): States =>
  [...stdout.matchAll(/^(not due|\w+) +((?:web|app|db|lb)-\d) /gm)].map(([, state = '', name = '']) => [name, state])

const eventsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const wordsInJson: Readonly<Record<string, State>> = { yes: 'due', no: 'not due', unknown: 'unknown' }

const inJson = (stdout: string): States =>
  eventsOf(stdout)
    .filter(({ event }) => event === 'server')
    .map(({ server, status, reboot: verdict }) => [server, verdict ? wordsInJson[verdict.due] : status])

/** The values of `reachable`, `required` and `unknown`, where they are there. */
const wordsInMetrics: Readonly<Record<string, State>> = {
  '1 1 0': 'due',
  '1 0 0': 'not due',
  '1 - 1': 'unknown',
  '0 - -': 'unreachable',
}

function inMetrics(stdout: string): States {
  const value = (metric: string, name: string) =>
    new RegExp(`^maestro_${metric}\\{server="${name}"\\} (\\d)$`, 'm').exec(stdout)?.[1] ?? '-'
  const metrics = ['server_reachable', 'reboot_required', 'reboot_unknown']
  return servers.map(({ name }) => {
    const values = metrics.map((metric) => value(metric, name)).join(' ')
    return [name, wordsInMetrics[values] ?? values]
  })
}

const byName = (states: States) => Object.fromEntries(states)

/** What is told in each way, all at once: the server that is down takes as long to be given up each time. */
async function tellAll() {
  const [table, json, metrics] = await Promise.all([
    rebootStatus(),
    rebootStatus('--output', 'json', '--exit-code'),
    rebootStatus('--output', 'prometheus'),
  ])
  return { table, json, metrics }
}

let told: Awaited<ReturnType<typeof tellAll>>

function tellsEachAs(state: State) {
  it('prints a table of every server, those that need attention first', () => {
    expect(inTable(told.table.stdout)).toEqual(inState(state))
    expect(told.table.exitCode).toBe(3)
  })

  it('prints the same in JSON, also with --exit-code', () => {
    expect(byName(inJson(told.json.stdout))).toEqual(byName(inState(state)))
    expect(eventsOf(told.json.stdout).at(-1)).toMatchObject({ version: 1, event: 'command-ended', exitCode: 3 })
    expect(told.json.exitCode).toBe(3)
  })

  it('prints the same as metrics', () => {
    expect(byName(inMetrics(told.metrics.stdout))).toEqual(byName(inState(state)))
    expect(told.metrics.exitCode).toBe(3)
  })
}

/** The exit codes of runs over what is left without these servers, first without and then with `--exit-code`. */
async function codesWithout(...excluded: readonly FleetServer[]): Promise<readonly (number | undefined)[]> {
  const exclude = excluded.flatMap(({ name }) => ['--exclude', name])
  const runs = [await rebootStatus(...exclude), await rebootStatus(...exclude, '--exit-code')]
  return runs.map(({ exitCode }) => exitCode)
}

describe('reboot-status on servers in every state', () => {
  beforeAll(async () => {
    told = await tellAll()
  })

  tellsEachAs('due')

  it.each([
    [due.name, /required by fl-kernel/],
    [broken.name, /dpkg-query cannot list the kernels/],
    [stranger.name, new RegExp(`the host key of ${stranger.address} .* is not in known_hosts`)],
    [down.name, new RegExp(`${down.address}:22`)],
  ])('prints the reason of %s on its line', (name, why) => {
    const line = told.table.stdout.split('\n').find((each) => each.includes(` ${name} `))

    expect(line).toMatch(why)
  })

  it('exits 10 with --exit-code for a due and an unknown server, and 0 when there is neither', async () => {
    expect(await codesWithout(stranger, down)).toEqual([0, 10])
    expect(await codesWithout(stranger, down, due)).toEqual([0, 10])
    expect(await codesWithout(stranger, down, due, broken)).toEqual([0, 0])
  })
})

describe('reboot-status after a real reboot', () => {
  let before: string
  beforeAll(async () => {
    before = await bootIdOf(due)
    await reboot(due)
    told = await tellAll()
  })

  tellsEachAs('not due')

  it('has the new boot of the server', async () => {
    const { facts } = eventsOf(told.json.stdout).find(({ server }) => server === due.name)

    const { bootId, uptimeSeconds } = facts.identity.value
    expect(bootId).toBe(await bootIdOf(due))
    expect(bootId).not.toBe(before)
    expect(uptimeSeconds).toBeLessThan(60)
  })

  it('exits 0 with --exit-code when unreachable servers are excluded', async () => {
    expect(await codesWithout(stranger, down, broken)).toEqual([0, 0])
  })
})
