import { afterAll, beforeAll, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type Cost, costOfAnsible, costOfMaestro, inSeconds, median, writeTable } from './support/benchmark.ts'
import { type Controller, makeController } from './support/controller.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import { requireAnsible } from './support/requirements.ts'

const rounds = 5
const due = ['fl-sec', 'fl-both', 'fl-daemon']

interface Measured extends Cost {
  /** Without the time from the first line of dpkg on any server to the last. */
  readonly aroundDpkgMs: number
  readonly fixed: number
}

let servers: readonly FleetServer[] = []
let controller: Controller

beforeAll(async () => {
  await requireAnsible()
  servers = await Promise.all(Array.from({ length: 8 }, (_, index) => addServer(`pace-${index + 1}`)))
  await Promise.all(servers.map((server) => asRoot(server, 'apt-mark -qq hold fl-fail fl-kernel fl-slow')))
  controller = makeController(servers)
}, 600_000)
afterAll(() => controller.remove())

const words = ['security-upgrade', '--no-unattended-upgrades', '--yes', '--max-unavailable', '100%', '--canary', '0']

it('security-upgrade takes a fifth of the CPU of Ansible, and less time beside that of dpkg', async () => {
  const ansible: Measured[] = []
  const maestro: Measured[] = []
  // The playbook does not look for services that run old code.
  const sameWork: Measured[] = []
  for (let round = 0; round < rounds; round += 1) {
    ansible.push(await measured(() => costOfAnsible(servers, 'security-upgrade.yml')))
    maestro.push(await measured(() => costOfMaestro(controller, ...words)))
    sameWork.push(await measured(() => costOfMaestro(controller, ...words, '--no-restart-services')))
  }

  const of = (runs: readonly Measured[], key: keyof Measured) => median(runs.map((run) => run[key]))
  const row = (name: string, runs: readonly Measured[]) => [
    name,
    inSeconds(of(runs, 'cpuMs')),
    inSeconds(of(runs, 'wallMs')),
    inSeconds(of(runs, 'aroundDpkgMs')),
    `${of(runs, 'fixed')} of ${servers.length * due.length}`,
  ]
  await writeTable(
    'Security upgrades',
    `${servers.length} servers at once, ${due.length} packages due on each, the middle of ${rounds} rounds. One of the packages has a newer version in -updates, which
hides its fix from apt's word "security". The playbook does not look for services that run old code, nor does the last line.`,
    [
      ['', 'CPU', 'wall', 'wall beside dpkg', 'packages fixed'],
      row('ansible-playbook', ansible),
      row('maestro security-upgrade', maestro),
      row('the same with --no-restart-services', sameWork),
      [
        'ratio of the last to Ansible',
        ...(['cpuMs', 'wallMs', 'aroundDpkgMs'] as const).map((key) =>
          (of(sameWork, key) / of(ansible, key)).toFixed(2),
        ),
        '',
      ],
    ],
  )
  expect([of(maestro, 'fixed'), of(sameWork, 'fixed')]).toEqual([
    servers.length * due.length,
    servers.length * due.length,
  ])
  expect(of(sameWork, 'cpuMs') / of(ansible, 'cpuMs')).toBeLessThanOrEqual(1 / 5)
  expect(of(sameWork, 'aroundDpkgMs')).toBeLessThan(of(ansible, 'aroundDpkgMs'))
}, 900_000)

async function measured(run: () => Promise<Cost>): Promise<Measured> {
  const vulnerable = due.map((name) => `${name}=1.0`).join(' ')
  await Promise.all(
    servers.map((server) =>
      asRoot(server, `apt-get -qq -y --allow-downgrades install ${vulnerable} >/dev/null 2>&1; : >/var/log/dpkg.log`),
    ),
  )
  const cost = await run()
  const spans = await Promise.all(servers.map(spanOfDpkg))
  const [first, last] = [Math.min(...spans.map(([begin]) => begin)), Math.max(...spans.map(([, end]) => end))]
  const fixed = await Promise.all(servers.map(fixedOn))
  return { ...cost, aroundDpkgMs: cost.wallMs - (last - first), fixed: fixed.reduce((sum, each) => sum + each, 0) }
}

/** The first and the last change of a file of dpkg's: its log has whole seconds only. */
async function spanOfDpkg(server: FleetServer): Promise<readonly [number, number]> {
  const log = await asRoot(
    server,
    "sed -n -e 1p -e '$p' /var/log/dpkg.log | cut -d' ' -f1,2 | while read -r when; do date -d \"$when\" +%s; done",
  )
  const [begin = Number.NaN, end = begin] = log.split('\n').map((seconds) => Number(seconds) * 1000)
  return [begin, end]
}

async function fixedOn(server: FleetServer): Promise<number> {
  const versions = await asRoot(server, `dpkg-query -W -f '\${Version}\\n' ${due.join(' ')}`)
  return versions.split('\n').filter((version) => version !== '1.0').length
}
