import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { aController, type Controller } from './durable-ground.ts'
import { diskFull, linkDown, sudoPassword } from './faults.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'
import { addArchive, addServer, versionsOf } from './night-ground.ts'

let servers: readonly FleetServer[] = []
const one = () => servers[0] as FleetServer
const two = () => servers

const ours = ['fl-asks', 'fl-file', 'fl-reads']
const due = [...ours, 'fl-both', 'fl-daemon', 'fl-sec']
const words = ['security-upgrade', ...['fl-fail', 'fl-kernel', 'fl-slow'].flatMap((name) => ['--hold', name])]
const pocket = (Suite: string) => ({ Origin: 'Ubuntu', Label: 'Ubuntu', Suite, Codename: 'noble' })

// One reads what is meant for others, one asks by debconf, one brings a file that the administrator has changed.
const packages = `
  script() { mkdir -p /tmp/deb/DEBIAN; printf '%s\\n' '#!/bin/sh' "$2" >/tmp/deb/DEBIAN/$1; chmod 755 /tmp/deb/DEBIAN/$1; }
  clean() { rm -rf /tmp/deb; }
  for version in 1.0 1.1; do
    clean; script postinst 'if read -r line; then echo "it was answered: $line"; exit 1; fi'; deb fl-reads $version
    clean; mkdir -p /tmp/deb/DEBIAN
    printf '%s\\n' 'Template: fl-asks/it' 'Type: string' 'Default: none' 'Description: What?' >/tmp/deb/DEBIAN/templates
    script config '. /usr/share/debconf/confmodule; db_fset fl-asks/it seen false; db_input critical fl-asks/it || true; db_go'
    script postinst '. /usr/share/debconf/confmodule; db_get fl-asks/it'; deb fl-asks $version
    clean; mkdir -p /tmp/deb/etc /tmp/deb/DEBIAN; echo "$version" >/tmp/deb/etc/fl-file.conf; echo /etc/fl-file.conf >/tmp/deb/DEBIAN/conffiles
    deb fl-file $version
  done
  clean
  DEBIAN_FRONTEND=noninteractive dpkg -i ./*_1.0.deb >/dev/null </dev/null
  mkdir -p /srv/old; mv ./*_1.0.deb /srv/old; echo ours >/etc/fl-file.conf`

const vulnerable = `
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --allow-downgrades install fl-both=1.0 fl-daemon=1.0 fl-sec=1.0 >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold --force-downgrade /srv/old/*.deb >/dev/null 2>&1 </dev/null
  rm -f /etc/fl-file.conf.dpkg-*`

beforeAll(async () => {
  servers = await Promise.all(['worn-1', 'worn-2'].map((name) => addServer(name)))
  await Promise.all(
    servers.map((server) => addArchive(server, { name: 'soak', release: pocket('noble-security'), packages })),
  )
}, 600_000)
beforeEach(async () => void (await Promise.all(servers.map((server) => asRoot(server, vulnerable)))))

function aControllerFor(some: readonly FleetServer[]): Controller {
  const controller = aController(some)
  onTestFinished(controller.remove)
  return controller
}

/** Nothing half done, no lock, timers as they were, and the versions named. */
async function expectWhole(server: FleetServer, version: '1.0' | '1.1'): Promise<void> {
  const standing = await asRoot(
    server,
    `dpkg --audit; ls -d /var/lib/maestro/lock 2>/dev/null || true; systemctl is-active apt-daily.timer apt-daily-upgrade.timer`,
  )
  expect(standing).toBe('active\nactive')
  expect(await versionsOf(server, due)).toEqual(Object.fromEntries(due.map((name) => [name, version])))
}

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

describe('a security upgrade that has to wait', () => {
  it('waits for who holds the locks of apt, and says for whom', async () => {
    await holdLock(one(), 15)

    const run = await aControllerFor([one()]).maestro(...words)

    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/waiting for .*python3/) })
    await expectWhole(one(), '1.1')
  })

  it('has failed when that takes too long, names the holder, and goes on by resume', async () => {
    await holdLock(one(), 600)
    const controller = aControllerFor([one()])

    const run = await controller.maestro(...words, '--apt-lock-timeout', '6s')

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/in vain for .*python3/) })
    await expectWhole(one(), '1.0')
    await asRoot(one(), 'systemctl stop holder')
    expect(await controller.maestro('resume')).toMatchObject({ exitCode: 0 })
    await expectWhole(one(), '1.1')
  })

  it('outlives the line to every server for a minute, in the middle of dpkg', async () => {
    await Promise.all(
      two().map((server) => asRoot(server, 'apt-get -qq -y --allow-downgrades install fl-slow=1.0 >/dev/null 2>&1')),
    )
    const controller = aControllerFor(two())
    const isSlow = async () => (await asRoot(one(), "pgrep -f '[f]l-slow.postinst' || true")) !== ''
    const withSlow = words.filter((_, index) => words[index] !== 'fl-slow' && words[index + 1] !== 'fl-slow')

    const running = controller.maestro(...withSlow, '--max-unavailable', '100%', '--canary', '0')
    while (!(await isSlow())) await sleep(200)
    const plugs = await Promise.all(two().map(linkDown))
    await sleep(60_000)
    await Promise.all(plugs.map((plug) => plug()))

    expect(await running).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 changed') })
    for (const server of two()) {
      await expectWhole(server, '1.1')
      expect(await asRoot(server, "grep -c 'status installed fl-slow:all 1.1' /var/log/dpkg.log")).toBe('1')
    }
  }, 400_000)
})

describe('a package that', () => {
  it('reads, asks or brings a changed file gets no answer, and what was changed stays', async () => {
    const controller = aControllerFor([one()])

    const run = await controller.maestro(...words)

    expect(run).toMatchObject({ exitCode: 0 })
    await expectWhole(one(), '1.1')
    expect(await asRoot(one(), 'cat /etc/fl-file.conf; cat /etc/fl-file.conf.dpkg-dist')).toBe('ours\n1.1')
    const proved = controller.eventsOf(controller.runs().at(-1) ?? '').find(({ event }) => event === 'proved')
    expect(proved).toMatchObject({ proof: { conffiles: ['/etc/fl-file.conf.dpkg-dist'] } })
  })
})

describe('a security upgrade is not begun', () => {
  it('where there is no room', async () => {
    const undo = await diskFull(one())
    onTestFinished(undo)

    const run = await aControllerFor([one()]).maestro(...words, '--no-refresh')

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/MB free|No space left|KB are needed/)
  })

  it('where sudo wants a password, which is said', async () => {
    const { undo } = await sudoPassword(one())
    onTestFinished(undo)

    const run = await aControllerFor([one()]).maestro(...words)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toContain('sudo wants a password')
  })

  it.each([
    [
      'a repository cannot be reached',
      'deb [trusted=yes] http://127.0.0.1:9/ ./',
      /cannot be refreshed: E: .*127\.0\.0\.1/,
    ],
    [
      'a repository is not signed',
      'deb file:/srv/unsigned ./',
      /cannot be refreshed: E: .*(its key is missing|not signed)/,
    ],
  ])('where %s', async (_, source, why) => {
    await asRoot(
      one(),
      `cp -r /srv/soak /srv/unsigned 2>/dev/null || true; echo '${source}' >/etc/apt/sources.list.d/bad.list`,
    )
    onTestFinished(async () => void (await asRoot(one(), 'rm /etc/apt/sources.list.d/bad.list; apt-get -qq update')))

    const run = await aControllerFor([one()]).maestro(...words)

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(why)
    await expectWhole(one(), '1.0')
  })

  it('where something else would come than was planned; the others go on', async () => {
    const controller = aControllerFor(two())
    const plan = `${controller.folder}/plan.json`
    expect(await controller.maestro(...words, '--save-plan', plan)).toMatchObject({ exitCode: 0 })
    const later = 'deb fl-later 1.0; dpkg -i fl-later_1.0.deb >/dev/null; rm fl-later_1.0.deb; deb fl-later 1.1'
    await addArchive(one(), { name: 'later', release: pocket('noble-security'), packages: later })

    const run = await controller.maestro(...words, '--plan', plan, '--yes')

    expect(run.stdout, run.stderr).toMatch(/refused +worn-1 .*fl-later 1\.1 would be installed, too/)
    expect(run.stdout).toMatch(/^changed +worn-2/m)
    await expectWhole(one(), '1.0')
    await expectWhole(servers[1] as FleetServer, '1.1')
  })
})
