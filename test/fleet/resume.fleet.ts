import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { replay } from '../../src/journal/run-state.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import {
  type Controller,
  disableUpgradeTimers,
  enableUpgradeTimers,
  fingerprint,
  makeController,
  removeMaestro,
  settingsOn,
} from './support/controller.ts'
import { readFleet } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'

const servers = readFleet().servers.filter(({ name }) => name !== 'lb-1')
const [first, second] = servers as [(typeof servers)[0], (typeof servers)[0]]
const onAll = <T>(work: (server: (typeof servers)[0]) => Promise<T>) => Promise.all(servers.map(work))
// All but the canary at once: it is the number of servers that is tested here, not patience.
const quickly = ['unattended-upgrades', '--max-unavailable', '100%']

const controllers: Controller[] = []
function useController(): Controller {
  const controller = makeController(servers)
  controllers.push(controller)
  return controller
}

beforeAll(() => onAll(enableUpgradeTimers))
beforeEach(() => onAll(removeMaestro))
afterAll(async () => {
  await onAll(removeMaestro)
  await onAll(disableUpgradeTimers)
  for (const { remove } of controllers) remove()
})

const locksOn = () => onAll((server) => asRoot(server, 'ls -d /var/lib/maestro/lock 2>/dev/null || true'))

describe('resume', () => {
  it('completes a run wherever it was killed, and its journal is correct', async () => {
    const whole = useController()
    expect(await whole.maestro(...quickly)).toMatchObject({ exitCode: 0 })
    const wanted = await onAll(settingsOn)
    const lines = whole.eventsOf(whole.runs()[0] ?? '').length
    const seed = Number(process.env.MAESTRO_TEST_SEED ?? randomInt(2 ** 31))
    const random = seededRandom(seed)
    const moments = Array.from({ length: 10 }, () => 1 + random(lines - 1))
    process.stdout.write(`MAESTRO_TEST_SEED=${seed}\n`)

    for (const moment of moments) {
      await onAll(removeMaestro)
      const controller = useController()
      await controller.killedAfter(moment, ...quickly)
      const [run = ''] = controller.runs()
      const atDeath = controller.eventsOf(run).length
      const resumed = await controller.resume(run)
      process.stdout.write(
        `killed after line ${moment} of ${lines} (${atDeath} on record): resume is exit ${resumed.exitCode}\n`,
      )

      expect({ moment, ...resumed }).toMatchObject({ exitCode: 0 })
      expect({ moment, settings: withoutRuns(await onAll(settingsOn)) }).toEqual({
        moment,
        settings: withoutRuns(wanted),
      })
      expect(await locksOn()).toEqual(servers.map(() => ''))
      const { exitCode, servers: states } = replay(controller.eventsOf(run))
      expect({ exitCode, ends: servers.map(({ name }) => states.get(name)?.outcome?.status) }).toEqual({
        exitCode: 0,
        ends: servers.map(() => 'changed'),
      })
    }
  }, 300_000)

  it('finds nothing due on a second run, and changes nothing', async () => {
    const controller = useController()
    await controller.maestro(...quickly)
    const before = await onAll(fingerprint)

    const again = await controller.maestro(...quickly)

    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${servers.length} unchanged`) })
    expect(await onAll(fingerprint)).toEqual(before)
    expect(controller.runs()).toHaveLength(1)
  })

  it('--plan runs exactly what a saved plan names', async () => {
    const controller = useController()
    const plan = `${controller.folder}/plan.json`
    const untouched = await onAll(fingerprint)
    const saved = await controller.maestro(...quickly, '--exclude', second.name, '--save-plan', plan)
    const afterSaving = await onAll(fingerprint)

    const carried = await controller.maestro('unattended-upgrades', '--plan', plan)
    const again = await controller.maestro('unattended-upgrades', '--plan', plan)

    expect([saved.exitCode, carried.exitCode, again.exitCode]).toEqual([0, 0, 0])
    expect(again.stdout).toContain(`${servers.length - 1} unchanged`)
    expect(afterSaving).toEqual(untouched)
    expect(carried.stdout).toContain(`${servers.length - 1} changed`)
    const isSetUp = (await onAll(settingsOn)).map((text) => text.includes('Unattended-Upgrade'))
    expect(isSetUp).toEqual(servers.map((server) => server !== second))
  })

  it('one of two concurrent runs is refused and names the other', async () => {
    const [one, other] = [useController(), useController()]

    const both = await Promise.all([one.maestro(...quickly), other.maestro(...quickly)])

    const [winner, loser] = both.toSorted((a, b) => Number(a.exitCode) - Number(b.exitCode))
    expect([winner, loser]).toMatchObject([{ exitCode: 0 }, { exitCode: 4 }])
    const [run = ''] = [...one.runs(), ...other.runs()].filter((name) => winner?.stderr.includes(name))
    expect(`${loser?.stdout}${loser?.stderr}`).toContain(run)
    expect(await locksOn()).toEqual(servers.map(() => ''))
  })

  it('takes over the lock of a dead run only without running jobs, and after confirmation', async () => {
    const dead = useController()
    await dead.killedAfter(servers.length + 2, ...quickly)
    const [run = ''] = dead.runs()
    const controller = useController()
    const fresh = await controller.maestro(...quickly, '--yes')
    await onAll((server) => asRoot(server, 'touch -d "20 minutes ago" /var/lib/maestro/lock/heartbeat'))
    await asRoot(second, `systemd-run -q --unit=maestro-${run}-work sleep 600`)
    const busy = await controller.maestro(...quickly, '--yes')
    await asRoot(second, `systemctl stop maestro-${run}-work`)
    const unasked = await controller.maestro(...quickly)

    const agreed = await controller.maestro(...quickly, '--yes')

    expect([fresh, busy, unasked, agreed].map(({ exitCode }) => exitCode)).toEqual([4, 4, 4, 0])
    expect([fresh, busy, unasked].every(({ stderr }) => stderr.includes(run))).toBe(true)
    expect(await locksOn()).toEqual(servers.map(() => ''))
  })

  it('--adopt by another controller is refused, and the first one resumes its run', async () => {
    const dead = useController()
    await dead.killedAfter(servers.length + 8, ...quickly)
    const [run = ''] = dead.runs()
    const other = useController()

    const refused = await other.maestro('resume', '--adopt', run)
    const resumed = await dead.maestro('resume')

    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('--adopt is refused')])
    expect(other.runs()).toEqual([])
    expect(resumed.exitCode).toBe(0)
  })

  it('continues after the repair with the servers that were not started', async () => {
    const controller = useController()
    await asRoot(
      second,
      'mount --bind /etc/apt/apt.conf.d /etc/apt/apt.conf.d; mount -o remount,ro,bind /etc/apt/apt.conf.d',
    )

    const serial = await controller
      .maestro('unattended-upgrades', '--strategy', 'serial', '--max-unavailable', '100%')
      .finally(() => asRoot(second, 'umount /etc/apt/apt.conf.d'))

    const statuses = (text: string) =>
      servers.map(({ name }) => new RegExp(`^([a-z ]+?) +${name}\\b`, 'm').exec(text)?.[1])
    expect(serial.exitCode).toBe(1)
    expect(statuses(serial.stdout)).toEqual(['changed', 'failed', ...servers.slice(2).map(() => 'not started')])
    expect((await onAll(settingsOn)).map((text) => text.includes('No such file'))).toEqual(
      servers.map((server) => server !== first),
    )
    const resumed = await controller.maestro('resume')
    expect([resumed.exitCode, ...statuses(resumed.stdout)]).toEqual([0, ...servers.map(() => 'changed')])
  })
})

// The name of a run is another each time.
const withoutRuns = (texts: readonly string[]) => texts.map((text) => text.replaceAll(/^\d{8}-\d{6}-\w{4}$/gm, 'run'))
