import { beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { addArchive, versionsOf } from './support/apt-archive.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import {
  configureResult,
  configureUnattendedUpgrades,
  runUnattendedUpgrades,
} from './support/unattended-upgrades-fixture.ts'

describe('unattended-upgrades on Debian', () => {
  let server: FleetServer

  beforeAll(async () => {
    server = await addServer('night-3')
    await asRoot(
      server,
      `printf '%s\\n' 'ID=debian' 'VERSION_ID="12"' 'VERSION_CODENAME=bookworm' 'PRETTY_NAME="Debian 12"' 'NAME=Debian' >/usr/lib/os-release
      printf '%s\\n' DISTRIB_ID=Debian DISTRIB_RELEASE=12 DISTRIB_CODENAME=bookworm 'DISTRIB_DESCRIPTION="Debian 12"' >/etc/lsb-release
      cp /usr/share/unattended-upgrades/50unattended-upgrades /etc/apt/apt.conf.d/
      rm /etc/apt/sources.list.d/*`,
    )
    const debian = { Origin: 'Debian', Suite: 'oldstable' }
    await addArchive(server, {
      name: 'point-release',
      release: { ...debian, Label: 'Debian', Codename: 'bookworm' },
      packages: 'deb a-point 1.0; deb a-fix 1.0; dpkg -i *.deb >/dev/null; deb a-point 1.1',
    })
  })

  it('cannot be verified without a security archive, and says what to add', async () => {
    const failed = configureUnattendedUpgrades(server)

    await expect(failed).rejects.toMatchObject({
      message: 'no package list of this server is from origin=Debian,codename=bookworm-security,label=Debian-Security',
      hint: expect.stringContaining('add the security repository'),
    })
    await expect(configureUnattendedUpgrades(server)).rejects.toThrow('no package list of this server is from')
  })

  it('installs only security fixes, by their label, and no point release', async () => {
    await addArchive(server, {
      name: 'security',
      release: {
        Origin: 'Debian',
        Suite: 'oldstable-security',
        Label: 'Debian-Security',
        Codename: 'bookworm-security',
      },
      packages: 'deb a-fix 1.1; deb docker.io 30.1',
    })

    const done = configureResult(await configureUnattendedUpgrades(server))
    await runUnattendedUpgrades(server)

    expect(done).toMatchObject({
      lines: ['prove by a dry run what is set up'],
      proof: { tonight: ['a-fix'] },
    })
    expect(await versionsOf(server, ['a-fix', 'a-point'])).toEqual({ 'a-fix': '1.1', 'a-point': '1.0' })
  })

  it('reports that it leaves out point releases that Debian allows', async () => {
    await configureUnattendedUpgrades(server, { remove: true })

    expect(configureResult(await configureUnattendedUpgrades(server))).toMatchObject({
      lines: expect.arrayContaining([`- origin origin=Debian,codename=\${distro_codename},label=Debian`]),
    })
  })

  it('is refused when a timer is masked', async () => {
    await configureUnattendedUpgrades(server, { remove: true })
    await asRoot(server, 'systemctl mask -q --now apt-daily.timer')

    expect(configureResult(await configureUnattendedUpgrades(server))).toMatchObject({
      status: 'blocked',
      why: expect.stringMatching(/^apt-daily.timer is masked, .*systemctl unmask apt-daily.timer/),
    })
  })
})
