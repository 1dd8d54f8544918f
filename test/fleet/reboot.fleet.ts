import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { addServer } from './support/added-server.ts'
import type { Controller } from './support/controller.ts'
import { bootDelay, stayDown } from './support/faults.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, waitUntilRunning } from './support/inside.ts'
import {
  makeRebootController,
  onceEach,
  requireReboot,
  statusesIn,
  stepStartedFor,
  watchReboots,
} from './support/reboot-fixture.ts'

let servers: readonly FleetServer[] = []
const controllers: Controller[] = []

beforeAll(async () => {
  const names = Array.from({ length: 7 }, (_, index) => `tide-${index + 1}`)
  servers = await Promise.all([...names.map((name) => addServer(name)), addServer('tide-8', 'docker')])
}, 600_000)
afterAll(() => {
  for (const { remove } of controllers) remove()
})

function useController(...of: Parameters<typeof makeRebootController>): Controller {
  const controller = makeRebootController(...of)
  controllers.push(controller)
  return controller
}

describe('reboot: rolling', () => {
  it('reboots each server once, never more than two at a time, and finds nothing due afterwards', async () => {
    const controller = useController(servers)
    await requireReboot(servers)
    let run = { exitCode: undefined as number | undefined, stdout: '', stderr: '' }

    const { down, restarts } = await watchReboots(servers, async () => {
      run = await controller.maestro('reboot', '--max-unavailable', '2')
    })

    expect(run).toMatchObject({ exitCode: 0 })
    expect(restarts).toEqual(onceEach(servers))
    expect(down).toBeLessThanOrEqual(2)
    expect(await controller.maestro('reboot', '--exit-code', '--dry-run')).toMatchObject({ exitCode: 0 })
    expect(run.stderr).toContain('down for ')
    await requireReboot(servers.slice(0, 1))
    expect((await controller.maestro('reboot', '--dry-run')).stdout).toMatch(/A server usually takes \d+ s/)
  }, 300_000)

  it('reboots three at a time with --max-unavailable 3', async () => {
    const four = servers.slice(2, 6)
    await requireReboot(four)
    const undos = await Promise.all(four.map((server) => bootDelay(server, 5)))
    onTestFinished(async () => void (await Promise.all(undos.map((undo) => undo()))))

    const { down } = await watchReboots(servers, async () => {
      const words = ['reboot', '--max-unavailable', '3', '--canary', '0']
      expect(await useController(four).maestro(...words)).toMatchObject({ exitCode: 0 })
    })

    expect(down).toBe(3)
  }, 300_000)

  it('stops at a server that does not come back, and resume continues once it has', async () => {
    const five = servers.slice(0, 5)
    const [, , third, ...rest] = five as [FleetServer, FleetServer, FleetServer, ...FleetServer[]]
    const controller = useController(five)
    await requireReboot(five)
    const powerOn = await stayDown(third)
    let isOn = false
    onTestFinished(() => (isOn ? undefined : powerOn()))

    const { restarts } = await watchReboots(servers, async () => {
      const words = [
        'reboot',
        '--strategy',
        'serial',
        '--max-unavailable',
        '3',
        '--up-timeout',
        '15s',
        '--output',
        'json',
      ]
      const stopped = await controller.maestro(...words)
      expect(stopped).toMatchObject({ exitCode: 1 })
      expect(stopped.stdout).toContain('has not come back in 15 s')
      expect(statusesIn(stopped.stdout)).toMatchObject({
        [third.name]: 'failed',
        ...Object.fromEntries(rest.map(({ name }) => [name, 'not-started'])),
      })
      await powerOn()
      isOn = true
      expect(await controller.maestro('resume')).toMatchObject({ exitCode: 0 })
    })

    expect(restarts).toEqual(onceEach(five))
  }, 300_000)

  it('reboots each server once, wherever its controller is killed', async () => {
    const two = servers.slice(2, 4)
    for (let kill = 1; kill <= 10; kill += 1) {
      const controller = useController(two)
      await requireReboot(two)
      const words = ['reboot', '--max-unavailable', '2', '--canary', '0']
      const afterMs = randomInt(0, 6_000)
      const { restarts } = await watchReboots(servers, async () => {
        if (kill % 2 === 0) await controller.killedAfter(randomInt(1, 14), ...words)
        else await controller.killedWhen(stepStartedFor(controller, afterMs), ...words)
        const [run = ''] = controller.runs()
        const last = controller.eventsOf(run).at(-1)?.event
        const resumed = await controller.resume(run)
        process.stdout.write(
          `kill ${kill}: after ${kill % 2 === 0 ? last : `${afterMs} ms`}; resume is exit ${resumed.exitCode}\n`,
        )
        expect({ kill, last, ...resumed }, `${resumed.stdout}${resumed.stderr}`).toMatchObject({ exitCode: 0 })
      })
      expect({ kill, restarts }).toEqual({ kill, restarts: onceEach(two) })
    }
  }, 600_000)
})

// sshd reads its keys for each connection, so the new one comes in the night between two boots.
const keyOfNextBoot = `
  mkdir /root/old
  cat >/root/new-key <<'END'
mv /etc/ssh/ssh_host_* /root/old
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
END
  cat >/etc/systemd/system/new-key.service <<'END'
[Unit]
Before=ssh.service
[Service]
Type=oneshot
ExecStart=/bin/sh -eu /root/new-key
[Install]
WantedBy=multi-user.target
END
  systemctl enable -q new-key.service`
const oldKey = `
  rm /etc/ssh/ssh_host_*
  mv /root/old/* /etc/ssh
  rm -r /root/old /root/new-key
  systemctl disable -q new-key.service
  rm /etc/systemd/system/new-key.service
  systemctl daemon-reload
  systemctl restart ssh`

describe('reboot: verification', () => {
  const plain = () => servers[0] as FleetServer
  const words = ['reboot', '--force', '--yes']

  it('fails when the server did not go down', async () => {
    await asRoot(plain(), 'systemctl mask --runtime reboot.target')
    onTestFinished(async () => void (await asRoot(plain(), 'systemctl unmask --runtime reboot.target')))

    const run = await useController([plain()]).maestro(...words, '--down-timeout', '10s')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('has not gone down in 10 s') })
  }, 120_000)

  it('fails when another host key answers', async () => {
    await asRoot(plain(), keyOfNextBoot)
    onTestFinished(async () => {
      await waitUntilRunning(plain())
      await asRoot(plain(), oldKey)
    })

    const run = await useController([plain()]).maestro(...words)

    expect(run).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/another machine answers in its place: .*host key/),
    })
  }, 200_000)

  it('is refused when an inhibitor blocks shutdowns', async () => {
    const holder = 'systemd-run -q --unit=holder systemd-inhibit --what=shutdown --who=backup --why=nightly sleep 600'
    await asRoot(plain(), holder)
    onTestFinished(async () => void (await asRoot(plain(), 'systemctl stop holder')))

    const run = await useController([plain()]).maestro(...words)

    expect(run).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('a shutdown is blocked by backup') })
  }, 120_000)

  it('fails when a container that ran before does not run again', async () => {
    const docked = servers.at(-1) as FleetServer
    await asRoot(
      docked,
      `mkdir -p /run/here; touch /run/here/it
       docker run -d --name brittle --restart always -v /run/here:/here busybox:local sh -c '[ -e /here/it ] && exec sleep 3600'`,
    )
    onTestFinished(async () => void (await asRoot(docked, 'docker rm -f brittle')))
    const impatient = '  rollout: {stable_time: 1s, ready_timeout: 30s}'

    const run = await useController([docked], impatient).maestro(...words)

    expect(run).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('these containers are not back: brittle'),
    })
  }, 200_000)
})
