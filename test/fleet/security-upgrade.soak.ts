import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addArchive, versionsOf } from './support/apt-archive.ts'
import { linkDown } from './support/faults.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import {
  expectConsistent,
  pocket,
  upgradeCommand,
  useController,
  useOutdatedServers,
} from './support/outdated-servers.ts'

const { one, two } = useOutdatedServers('worn-1', 'worn-2')

// A lock file of a lower layer shows another inode to /proc/locks than to stat: it is made anew.
async function holdLock(server: FleetServer, seconds: number): Promise<void> {
  const hold = `import fcntl,time; f=open("/var/lib/dpkg/lock-frontend","w"); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep(${seconds})`
  await asRoot(
    server,
    `rm -f /var/lib/dpkg/lock-frontend; touch /var/lib/dpkg/lock-frontend; chmod 640 /var/lib/dpkg/lock-frontend
     systemd-run -q --collect --unit=holder python3 -c '${hold}'; sleep 1`,
  )
  onTestFinished(async () => void (await asRoot(server, 'systemctl stop holder 2>/dev/null || true')))
}

describe('security-upgrade that has to wait', () => {
  it('waits for the holder of the apt locks, and names it', async () => {
    await holdLock(one(), 15)

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/waiting for .*python3/) })
    await expectConsistent(one(), '1.1')
  })

  it('fails when that takes too long, names the holder, and resume continues', async () => {
    await holdLock(one(), 600)
    const controller = useController([one()])

    const run = await controller.maestro(...upgradeCommand, '--apt-lock-timeout', '6s')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/in vain for .*python3/) })
    await expectConsistent(one(), '1.0')
    await asRoot(one(), 'systemctl stop holder')
    expect(await controller.maestro('resume')).toMatchObject({ exitCode: 0 })
    await expectConsistent(one(), '1.1')
  })

  it('waits for cloud-init', async () => {
    await asRoot(
      one(),
      `printf '#!/bin/sh\\n[ -e /run/set-up ] && echo "status: done" || echo "status: running"\\n' >/usr/local/bin/cloud-init
       chmod 755 /usr/local/bin/cloud-init; rm -f /run/set-up; (sleep 12; touch /run/set-up) >/dev/null 2>&1 &`,
    )
    onTestFinished(async () => void (await asRoot(one(), 'rm -f /usr/local/bin/cloud-init')))

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('waiting for cloud-init') })
    await expectConsistent(one(), '1.1')
  })

  it('completes beside running apt timers', async () => {
    const mark = (word: string) => `apt-mark -qq ${word} fl-fail fl-kernel fl-slow`
    await asRoot(one(), `${mark('hold')}; systemctl start --no-block apt-daily.service apt-daily-upgrade.service`)
    onTestFinished(async () => void (await asRoot(one(), mark('unhold'))))

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run, `${run.stdout}${run.stderr}`).toMatchObject({ exitCode: 0 })
    await expectConsistent(one(), '1.1')
  })

  it('survives a minute without connection to every server during dpkg', async () => {
    await Promise.all(
      two().map((server) => asRoot(server, 'apt-get -qq -y --allow-downgrades install fl-slow=1.0 >/dev/null 2>&1')),
    )
    const controller = useController(two())
    const isSlow = async () => (await asRoot(one(), "pgrep -f '[f]l-slow.postinst' || true")) !== ''
    const withSlow = upgradeCommand.filter(
      (_, index) => upgradeCommand[index] !== 'fl-slow' && upgradeCommand[index + 1] !== 'fl-slow',
    )

    const running = controller.maestro(...withSlow, '--max-unavailable', '100%', '--canary', '0')
    while (!(await isSlow())) await sleep(200)
    const plugs = await Promise.all(two().map(linkDown))
    await sleep(60_000)
    await Promise.all(plugs.map((plug) => plug()))

    expect(await running).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 changed') })
    for (const server of two()) {
      await expectConsistent(server, '1.1')
      expect(await asRoot(server, "grep -c 'status installed fl-slow:all 1.1' /var/log/dpkg.log")).toBe('1')
    }
  }, 400_000)
})

describe('security-upgrade that is interrupted', () => {
  const isAtWork = async () => (await asRoot(one(), "pgrep -f '[f]l-slow.postinst' || true")) !== ''
  const withSlow = upgradeCommand.filter(
    (_, index) => upgradeCommand[index] !== 'fl-slow' && upgradeCommand[index + 1] !== 'fl-slow',
  )

  it.each([1, 2])('at a terminal, %i times, during dpkg is continued by resume', async (times) => {
    await asRoot(one(), 'apt-get -qq -y --allow-downgrades install fl-slow=1.0 >/dev/null 2>&1; : >/var/log/dpkg.log')
    const controller = useController([one()])

    const exitCode = await controller.interruptedWhen(isAtWork, times, ...withSlow)
    const resumed = await controller.maestro('resume')

    expect(exitCode).toBe(130)
    expect(resumed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^changed +worn-1/m) })
    await expectConsistent(one(), '1.1')
    expect(await asRoot(one(), "grep -c 'status installed fl-slow:all 1.1' /var/log/dpkg.log")).toBe('1')
  })

  it.each([
    ['before dpkg', async () => true],
    ['after dpkg', async () => (await versionsOf(one(), ['fl-sec']))['fl-sec'] === '1.1' && (await isIdle())],
  ])('by a lost connection %s loses nothing', async (_, isTime) => {
    const controller = useController([one()])
    const hasBegun = () =>
      controller.eventsOf(controller.runs().at(-1) ?? '').some(({ event }) => event === 'step-started')

    const running = controller.maestro(...upgradeCommand)
    while (!(hasBegun() && (await isTime()))) await sleep(5)
    const plug = await linkDown(one())
    await sleep(20_000)
    await plug()

    expect(await running).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^changed +worn-1/m) })
    await expectConsistent(one(), '1.1')
  })

  const isIdle = async () => (await asRoot(one(), 'pgrep -x dpkg || true')) === ''
})

describe('security-upgrade of a package that', () => {
  it('hangs is reported stuck with its processes, and continues once it is repaired', async () => {
    const hangs = `deb fl-hangs 1.0; dpkg -i fl-hangs_1.0.deb >/dev/null; rm fl-hangs_1.0.deb
      mkdir -p /tmp/deb/DEBIAN; printf '%s\\n' '#!/bin/sh' 'exec sleep 3600' >/tmp/deb/DEBIAN/postinst; chmod 755 /tmp/deb/DEBIAN/postinst
      deb fl-hangs 1.1; rm -r /tmp/deb`
    await addArchive(one(), { name: 'hangs', release: pocket('noble-security'), packages: hangs })
    const controller = useController([one()], '  rollout: {stall_timeout: 15s}')

    const run = await controller.maestro(...upgradeCommand)
    await asRoot(one(), "printf '#!/bin/sh\\n' >/var/lib/dpkg/info/fl-hangs.postinst; pkill -f '[s]leep 3600'")
    const resumed = await controller.maestro('resume')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^stuck +worn-1 .*sleep 3600/m) })
    expect(resumed, `${resumed.stdout}${resumed.stderr}`).toMatchObject({ exitCode: 0 })
    await expectConsistent(one(), '1.1')
    await asRoot(one(), 'apt-get -qq -y purge fl-hangs >/dev/null 2>&1; rm /etc/apt/sources.list.d/hangs.list')
  })

  it('would remove another one is kept back, and its fix is named', async () => {
    const kept = `deb fl-kept 1.0; dpkg -i fl-kept_1.0.deb >/dev/null; rm fl-kept_1.0.deb; deb fl-kept 1.1 'Conflicts: fl-phased'`
    await addArchive(one(), { name: 'kept', release: pocket('noble-security'), packages: kept })
    onTestFinished(
      async () =>
        void (await asRoot(
          one(),
          'dpkg --purge fl-kept >/dev/null; rm /etc/apt/sources.list.d/kept.list; apt-get -qq update',
        )),
    )

    const run = await useController([one()]).maestro(...upgradeCommand)

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/fl-kept 1\.0 stays, though 1\.1 fixes it: /),
    })
    expect(await versionsOf(one(), ['fl-kept', 'fl-phased'])).toEqual({ 'fl-kept': '1.0', 'fl-phased': '1.0' })
  })

  it('reads stdin, asks or brings a changed file gets no answer, and local changes stay', async () => {
    const controller = useController([one()])

    const run = await controller.maestro(...upgradeCommand)

    expect(run).toMatchObject({ exitCode: 0 })
    await expectConsistent(one(), '1.1')
    expect(await asRoot(one(), 'cat /etc/fl-file.conf; cat /etc/fl-file.conf.dpkg-dist')).toBe('ours\n1.1')
    const proved = controller.eventsOf(controller.runs().at(-1) ?? '').find(({ event }) => event === 'step-verified')
    expect(proved).toMatchObject({ proof: { conffiles: ['/etc/fl-file.conf.dpkg-dist'] } })
  })
})
