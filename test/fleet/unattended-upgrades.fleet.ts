import { beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { addArchive, versionsOf } from './support/apt-archive.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import {
  configureResult,
  configureUnattendedUpgrades,
  runUnattendedUpgrades,
  stateOf,
} from './support/unattended-upgrades-fixture.ts'

const ourFile = '/etc/apt/apt.conf.d/52maestro-unattended-upgrades'
const tonight = ['fl-both', 'fl-daemon', 'fl-sec']

describe('unattended-upgrades where an administrator has settings', () => {
  let server: FleetServer
  let before: string

  beforeAll(async () => {
    server = await addServer('night-1')
    await addArchive(server, {
      name: 'vendor',
      release: { Origin: 'Ubuntu', Label: 'Ubuntu', Suite: 'noble-security', Codename: 'noble' },
      packages: `for name in docker-ce containerd runc kept-by-us; do deb $name 1.0; done
        dpkg -i *.deb >/dev/null
        rm *.deb
        for name in docker-ce containerd runc kept-by-us; do deb $name 1.1; done`,
    })
    // Stopped for days: what starts them makes up for that at once.
    await asRoot(
      server,
      `echo 'Unattended-Upgrade::Automatic-Reboot "true";' >/etc/apt/apt.conf.d/51local
      apt-mark hold fl-fail fl-slow fl-kernel >/dev/null
      systemctl disable -q --now apt-daily-upgrade.timer
      systemctl stop apt-daily.timer
      touch -d '3 days ago' /var/lib/systemd/timers/stamp-apt-daily*`,
    )
    before = await stateOf(server)
  })

  it('plans the difference, and verifies what the next run will install', async () => {
    const [theirPackage, done] = await configureUnattendedUpgrades(server, { hold: ['kept-*'] })

    expect(theirPackage).toMatchObject({ status: 'done' })
    expect(done).toEqual({
      id: 'unattended-upgrades-settings',
      lines: [
        `+ ${ourFile}`,
        '~ Unattended-Upgrade::Automatic-Reboot "true" -> "false" (/etc/apt/apt.conf.d/51local)',
        expect.stringMatching(/^\+ never docker-ce, .*, containerd, runc, kept-\*$/),
        '= /etc/apt/apt.conf.d/50unattended-upgrades stays as it was changed here',
        'enable and start apt-daily.timer',
        'enable and start apt-daily-upgrade.timer',
      ],
      proof: { next: expect.stringMatching(/^\d{4}-.*Z$/), tonight, byHand: [] },
    })
  })

  it('has the values that apt-config prints', async () => {
    const said = await asRoot(server, "apt-config dump | grep -E 'Automatic-Reboot|Periodic::(Un|Up)'")

    expect(said.split('\n').toSorted()).toEqual([
      'APT::Periodic::Unattended-Upgrade "1";',
      'APT::Periodic::Update-Package-Lists "1";',
      'Unattended-Upgrade::Automatic-Reboot "false";',
    ])
  })

  it('does not catch up on runs that stopped timers missed', async () => {
    const ran = await asRoot(
      server,
      'systemctl show -p ExecMainStartTimestampMonotonic apt-daily.service apt-daily-upgrade.service',
    )

    expect(ran.match(/=\d+/g)).toEqual(['=0', '=0'])
  })

  it('changes no byte on a second run', async () => {
    const state = await stateOf(server)

    const done = await configureUnattendedUpgrades(server, { hold: ['kept-*'] })

    expect(done).toMatchObject([{ status: 'done' }, { status: 'done' }])
    expect(await stateOf(server)).toBe(state)
  })

  it('--remove restores what was there before', async () => {
    const done = await configureUnattendedUpgrades(server, { remove: true })

    expect(configureResult(done)).toMatchObject({
      lines: [
        `- ${ourFile}`,
        '~ Unattended-Upgrade::Automatic-Reboot "false" -> "true" (/etc/apt/apt.conf.d/51local)',
        'stop apt-daily.timer',
        'stop apt-daily-upgrade.timer',
        'disable apt-daily-upgrade.timer',
      ],
    })
    expect(await stateOf(server)).toBe(before)
    expect(await configureUnattendedUpgrades(server, { remove: true })).toMatchObject([
      { status: 'not-due' },
      { status: 'not-due' },
    ])
  })

  it('installs the security fixes in a run, and neither other upgrades nor Docker nor held packages', async () => {
    await configureUnattendedUpgrades(server, { hold: ['kept-*'] })
    const others = ['fl-upd', 'fl-conf', 'fl-phased', 'fl-newdep', 'docker-ce', 'containerd', 'runc', 'kept-by-us']

    await runUnattendedUpgrades(server)

    expect(await versionsOf(server, [...tonight, ...others, 'fl-fail'])).toEqual({
      ...Object.fromEntries(tonight.map((name) => [name, '1.1'])),
      ...Object.fromEntries([...others, 'fl-fail'].map((name) => [name, '1.0'])),
    })
  })
})

describe('unattended-upgrades with later files, without systemd, or while dpkg runs', () => {
  const later = '/etc/apt/apt.conf.d/99local'
  let server: FleetServer

  beforeAll(async () => {
    server = await addServer('night-2')
  })

  it.each([
    ['Unattended-Upgrade { Automatic-Reboot "true"; };', 'sets Unattended-Upgrade::Automatic-Reboot "true"'],
    ['apt::periodic::unattended-upgrade "0";', 'sets APT::Periodic::Unattended-Upgrade "0"'],
    ['#clear Unattended-Upgrade::Package-Blacklist;', 'clears Unattended-Upgrade::Package-Blacklist'],
  ])('is refused with %s', async (text, why) => {
    await asRoot(server, `echo '${text}' >${later}`)
    const state = await stateOf(server)

    expect(configureResult(await configureUnattendedUpgrades(server))).toMatchObject({
      status: 'blocked',
      why: expect.stringContaining(why),
    })
    expect(await stateOf(server)).toBe(state)
  })

  it('keeps the origins that a later file adds, and reports them', async () => {
    await asRoot(server, `echo 'Unattended-Upgrade::Allowed-Origins:: "Vendor:stable";' >${later}`)

    const done = configureResult(await configureUnattendedUpgrades(server))

    expect(done).toMatchObject({ lines: expect.arrayContaining([`= origin Vendor:stable stays (${later})`]) })
  })

  it('waits for a running dpkg before it verifies', async () => {
    await configureUnattendedUpgrades(server, { remove: true })
    // An overlay shows another inode to stat than to /proc/locks where a file comes from a layer below.
    await asRoot(server, `rm ${later} /var/lib/dpkg/lock*; systemd-run -q apt-get -y install fl-slow; sleep 2`)

    expect(configureResult(await configureUnattendedUpgrades(server))).toMatchObject({
      proof: { tonight: expect.arrayContaining(['fl-sec']) },
    })
    expect(await versionsOf(server, ['fl-slow'])).toEqual({ 'fl-slow': '1.1' })
  })

  it('configures cron where there is no systemd', async () => {
    await configureUnattendedUpgrades(server, { remove: true })
    await asRoot(server, 'mv /run/systemd/system /run/systemd/away; install /bin/true /usr/local/bin/cron')

    expect(configureResult(await configureUnattendedUpgrades(server))).toMatchObject({ proof: { next: null } })
    await asRoot(server, 'mv /run/systemd/away /run/systemd/system')
  })
})
