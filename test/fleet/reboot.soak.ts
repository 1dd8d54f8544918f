import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type Controller, makeController } from './support/controller.ts'
import { bootDelay, linkDown } from './support/faults.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, bootIdOf, eventually, waitUntilRebooted, waitUntilRunning } from './support/inside.ts'
import { balance, serveOn, statesOn } from './support/load-balancer.ts'
import {
  makeRebootController,
  onceEach,
  rebootSettings,
  requireReboot,
  statusesIn,
  stepStartedFor,
  watchReboots,
} from './support/reboot-fixture.ts'

const names = ['soak-1', 'soak-2', 'soak-3'] as const
let servers: readonly FleetServer[] = []
const one = () => servers[0] as FleetServer
const three = () => servers
const words = ['reboot', '--force', '--yes']

beforeAll(async () => {
  servers = await Promise.all(names.map((name) => addServer(name)))
}, 600_000)

function useController(...of: Parameters<typeof makeRebootController>): Controller {
  const controller = makeRebootController(...of)
  onTestFinished(controller.remove)
  return controller
}

/** A unit that a server runs at its boots, before anybody is let in. */
async function atBoot(server: FleetServer, name: string, script: string): Promise<void> {
  const unit = `[Unit]\nAfter=dbus.service systemd-user-sessions.service\nBefore=ssh.service\n[Service]\nType=oneshot\nExecStart=/bin/sh -eu /root/${name}\n[Install]\nWantedBy=multi-user.target`
  await asRoot(
    server,
    `cat >/root/${name} <<'END-OF-SCRIPT'\n${script}\nEND-OF-SCRIPT
     printf '%s\\n' '${unit.replaceAll('\n', "' '")}' >/etc/systemd/system/${name}.service
     systemctl enable -q ${name}`,
  )
  onTestFinished(async () => {
    await waitUntilRunning(server, 120_000)
    await asRoot(
      server,
      `systemctl disable -q ${name}; rm /root/${name} /etc/systemd/system/${name}.service; systemctl daemon-reload`,
    )
  })
}

/** A service that takes its time to stop. */
async function slowToStop(server: FleetServer, seconds: number, ordering: string): Promise<void> {
  await asRoot(
    server,
    `printf '%s\\n' '[Unit]' '${ordering}' '[Service]' 'ExecStart=/bin/sleep infinity' 'ExecStop=/bin/sleep ${seconds}' 'TimeoutStopSec=${seconds + 10}' \\
       >/etc/systemd/system/slow.service
     systemctl daemon-reload; systemctl start slow`,
  )
  onTestFinished(async () => {
    await waitUntilRunning(server, 120_000)
    await asRoot(
      server,
      'systemctl kill -s KILL slow || true; rm /etc/systemd/system/slow.service; systemctl daemon-reload; systemctl reset-failed',
    )
  })
}

describe('reboot that is slow', () => {
  it('is waited for up to up_timeout', async () => {
    const undo = await bootDelay(one(), 20)
    onTestFinished(undo)

    expect(await useController([one()]).maestro(...words)).toMatchObject({ exitCode: 0 })
  })

  it('fails when it takes longer, and resume verifies it without another reboot', async () => {
    const undo = await bootDelay(one(), 25)
    onTestFinished(undo)
    const controller = useController([one()])

    const { restarts } = await watchReboots([one()], async () => {
      const run = await controller.maestro(...words, '--up-timeout', '8s')
      expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('has not come back in 8 s') })
      expect(await controller.maestro('resume')).toMatchObject({ exitCode: 0 })
    })

    expect(restarts).toEqual(onceEach([one()]))
  })

  it('may refuse logins for a while after sshd is up', async () => {
    await atBoot(
      one(),
      'closed',
      'echo closed >/run/nologin; systemd-run -q --on-active=15 --timer-property=AccuracySec=100ms rm -f /run/nologin',
    )

    const run = await useController([one()]).maestro(...words)

    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('down for ') })
  })

  it('names what does not stop while logins work', async () => {
    const boot = await bootIdOf(one())
    await slowToStop(one(), 25, 'After=ssh.service systemd-user-sessions.service systemd-logind.service')
    const controller = useController([one()])

    const run = await controller.maestro(...words, '--down-timeout', '6s', '--up-timeout', '6s')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/has not (gone down|come back) in 6 s/) })
    await waitUntilRebooted(one(), boot)
    expect(await controller.maestro('resume')).toMatchObject({ exitCode: 0 })
  })
})

describe('reboot: verification', () => {
  it('fails when another reboot follows', async () => {
    await asRoot(one(), 'touch /root/once-more')
    await atBoot(
      one(),
      'again',
      'if rm /root/once-more 2>/dev/null; then systemd-run -q --on-active=6 --timer-property=AccuracySec=100ms systemctl reboot; fi',
    )
    const patient = rebootSettings.replace('stable_time: 1s', 'stable_time: 12s')

    const run = await useController([one()], patient).maestro(...words)

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('it restarted once more by itself') })
  })

  it('fails on another machine', async () => {
    const id = await asRoot(one(), 'cat /etc/machine-id')
    await atBoot(
      one(),
      'stranger',
      'tr 0123456789 1234567890 </etc/machine-id >/root/id; cat /root/id >/etc/machine-id',
    )

    const run = await useController([one()]).maestro(...words)
    await waitUntilRunning(one())
    await asRoot(one(), `echo ${id} >/etc/machine-id`)

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('another machine answers in its place') })
  })
})

describe('reboot: preflight', () => {
  const cases: readonly [string, string, string, RegExp][] = [
    [
      'sshd would not start',
      'echo NoSuchOption yes >>/etc/ssh/sshd_config',
      'sed -i /NoSuchOption/d /etc/ssh/sshd_config',
      /sshd would not start/,
    ],
    [
      'fstab names what is not there',
      'cp /etc/fstab /root/fstab; echo UUID=11111111-2222-3333-4444-555555555555 /data ext4 defaults 0 2 >>/etc/fstab; mkdir -p /data',
      'mv /root/fstab /etc/fstab',
      /fstab would not mount/,
    ],
    [
      'a kernel is empty',
      'mkdir -p /boot; : >/boot/vmlinuz-6.8.0-99-generic',
      'rm /boot/vmlinuz-6.8.0-99-generic',
      /vmlinuz-6.8.0-99-generic is empty/,
    ],
    [
      'another shutdown is planned',
      'shutdown -r +60 2>/dev/null',
      'shutdown -c 2>/dev/null',
      /a shutdown is already scheduled/,
    ],
  ]

  it.each(cases)('refuses when %s', async (_, fault, undo, why) => {
    const boot = await bootIdOf(one())
    await asRoot(one(), fault)
    onTestFinished(async () => void (await asRoot(one(), undo)))

    const run = await useController([one()]).maestro(...words)

    expect(run).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(why) })
    expect(await bootIdOf(one())).toBe(boot)
  })
})

describe('reboot: rolling', () => {
  it.each([0, 1_500, 3_000, 5_000, 8_000])('survives a connection that is lost after %d ms', async (afterMs) => {
    const controller = useController([one()])
    const isTime = stepStartedFor(controller, afterMs)

    const { restarts } = await watchReboots([one()], async () => {
      const running = controller.maestro(...words)
      while (!(await isTime())) await sleep(50)
      const undo = await linkDown(one())
      await sleep(10_000)
      await undo()
      expect(await running).toMatchObject({ exitCode: 0 })
    })

    expect(restarts).toEqual(onceEach([one()]))
  })

  it('stops when its canary fails', async () => {
    await requireReboot(three())
    await asRoot(one(), 'systemctl mask --runtime reboot.target')
    onTestFinished(async () => {
      await asRoot(one(), 'systemctl unmask --runtime reboot.target')
      await Promise.all(three().map((server) => asRoot(server, 'rm -f /run/reboot-required*')))
    })
    const flags = ['--down-timeout', '6s', '--max-unavailable', '3', '--output', 'json']

    const run = await useController(three()).maestro('reboot', ...flags)

    expect(run).toMatchObject({ exitCode: 1 })
    expect(statusesIn(run.stdout)).toEqual({ 'soak-1': 'failed', 'soak-2': 'not-started', 'soak-3': 'not-started' })
  })

  it('starts nothing after its window has closed', async () => {
    const undos = await Promise.all(three().map((server) => bootDelay(server, 70)))
    onTestFinished(async () => void (await Promise.all(undos.map((undo) => undo()))))
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16)
    const window = `${at(-1)}-${at(1)} UTC`

    const run = await useController(three()).maestro(...words, '--window', window, '--output', 'json')

    expect(statusesIn(run.stdout)).toEqual({ 'soak-1': 'changed', 'soak-2': 'not-started', 'soak-3': 'not-started' })
    expect(run.stdout).toContain('the window has closed')
  }, 300_000)

  it('runs once when two controllers start it at the same time', async () => {
    const [first, second] = [useController(three()), useController(three())]
    const flags = ['--max-unavailable', '3', '--canary', '0']

    const { restarts } = await watchReboots(three(), async () => {
      const runs = await Promise.all([first.maestro(...words, ...flags), second.maestro(...words, ...flags)])
      expect(runs.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 4])
    })

    expect(restarts).toEqual(onceEach(three()))
  })
})

describe('reboot with a load balancer among the servers', () => {
  it('reboots it while no other server is down', async () => {
    const [balancer, ...webs] = (await Promise.all([
      addServer('soak-front', 'balancer'),
      ...['soak-4', 'soak-5'].map((name) => addServer(name)),
    ])) as [FleetServer, FleetServer, FleetServer]
    await Promise.all(webs.map(serveOn))
    await balance(balancer, webs)
    const controller = makeController(webs, { balancer, settings: rebootSettings })
    onTestFinished(controller.remove)

    const { restarts, seen } = await watchReboots([balancer, ...webs], async () => {
      const run = await controller.maestro(...words, '--max-unavailable', '3', '--canary', '0')
      expect(run).toMatchObject({ exitCode: 0 })
    })

    expect(restarts).toEqual(onceEach([balancer, ...webs]))
    const together = seen.filter(({ up }) => !up.includes(balancer.name) && up.length < webs.length)
    expect(together).toEqual([])
    await eventually(async () => Object.values(await statesOn(balancer)).every((state) => state === '2 0'), 30_000)
    expect(await statesOn(balancer)).toEqual(Object.fromEntries(webs.map(({ name }) => [name, '2 0'])))
  }, 400_000)
})
