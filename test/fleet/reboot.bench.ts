import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { costOfAnsible, costOfMaestro, inSeconds, median, writeTable } from './support/benchmark.ts'
import type { Controller } from './support/controller.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, bootIdOf } from './support/inside.ts'
import { makeRebootController } from './support/reboot-fixture.ts'
import { requireAnsible } from './support/requirements.ts'

const rounds = 3
const stableTimeMs = 1000
/** As `reboot/arm.sh` has it. */
const armedAheadMs = 1000
const mostBesideMs = 1500

let servers: readonly FleetServer[] = []
let controller: Controller

beforeAll(async () => {
  await requireAnsible()
  servers = await Promise.all(Array.from({ length: 4 }, (_, index) => addServer(`lap-${index + 1}`)))
  controller = makeRebootController(servers, `  rollout: {stable_time: ${stableTimeMs / 1000}s}`)
}, 600_000)
afterAll(() => controller.remove())

it('reboot takes hardly longer than the servers themselves', async () => {
  const own: number[] = []
  const ansible: number[] = []
  const maestro: number[] = []
  const sinceTrigger: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const server of servers) own.push(await ownTimeMs(server))
    ansible.push((await costOfAnsible(servers, 'reboot.yml')).wallMs / servers.length)
    const { wallMs } = await costOfMaestro(controller, 'reboot', '--force', '--yes', '--max-unavailable', '1')
    maestro.push(wallMs / servers.length)
    sinceTrigger.push(...servers.map(({ name }) => fromTriggerToProofMs(name)))
  }

  const ownMs = median(own)
  const row = (name: string, eachMs: number) => [name, inSeconds(eachMs), inSeconds(eachMs - ownMs)]
  const besideMs = median(sinceTrigger) - stableTimeMs - ownMs
  await writeTable(
    'Restarts, one server at a time',
    `${servers.length} servers, the middle of ${rounds} rounds. The server's own time is from \`systemctl reboot\` to systemd's word "running", seen from within.
Maestro's includes its start, plan, locks and checks, the second by which a restart is armed ahead, and ${inSeconds(stableTimeMs)} in which the new boot must
stay up. Its last line is from the trigger to the proof, without that time.`,
    [
      ['', 'for each server', 'beside its own time'],
      ['the server alone', inSeconds(ownMs), ''],
      row('ansible-playbook, `reboot` with `serial: 1`', median(ansible)),
      row('maestro reboot --max-unavailable 1', median(maestro)),
      row('maestro, from the trigger to the proof', median(sinceTrigger) - stableTimeMs),
    ],
  )
  expect(besideMs).toBeLessThanOrEqual(mostBesideMs)
}, 900_000)

/** In the last run, by its journal. */
function fromTriggerToProofMs(server: string): number {
  const events = controller.eventsOf(controller.runs().at(-1) ?? '')
  const atMs = (wanted: 'step-applied' | 'step-verified') => {
    const one = events.find((each) => each.event === wanted && each.server === server)
    if (one === undefined) throw new Error(`${server} was not ${wanted}`)
    return Date.parse(one.at)
  }
  return atMs('step-verified') - atMs('step-applied') - armedAheadMs
}

async function ownTimeMs(server: FleetServer): Promise<number> {
  const boot = await bootIdOf(server)
  const startedMs = Date.now()
  await asRoot(server, 'systemctl reboot').catch(() => undefined)
  while (!(await isRunningAnew(server, boot))) await sleep(20)
  return Date.now() - startedMs
}

/** While it is off or starts, nothing can be asked in it, and that is the answer. */
const isRunningAnew = (server: FleetServer, boot: string): Promise<boolean> =>
  asRoot(server, 'systemctl is-system-running; cat /proc/sys/kernel/random/boot_id')
    .then((told) => told.startsWith('running') && !told.endsWith(boot))
    .catch(() => false)
