import { beforeAll, describe, expect, it } from 'vitest'
import { unattendedUpgrades } from '../../src/operations/unattended-upgrades/operation.ts'
import { addServer } from './support/added-server.ts'
import { addArchive } from './support/apt-archive.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import { stepContextOn } from './support/perform-step.ts'
import { configureUnattendedUpgrades, stateOf } from './support/unattended-upgrades-fixture.ts'

describe('unattended-upgrades where the package is missing', () => {
  let server: FleetServer
  let before: string

  beforeAll(async () => {
    server = await addServer('night-4')
    await addArchive(server, {
      name: 'release',
      release: { Origin: 'Ubuntu', Label: 'Ubuntu', Suite: 'noble', Codename: 'noble' },
      packages: repack('unattended-upgrades', 'python3-apt', 'python3-distro-info'),
    })
    await asRoot(
      server,
      `DEBIAN_FRONTEND=noninteractive apt-get -qq purge unattended-upgrades python3-apt python3-distro-info >/dev/null
      rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old`,
    )
    before = await stateOf(server)
  })

  it('installs it on fresh lists, and verifies it', async () => {
    const [theirPackage, done] = await configureUnattendedUpgrades(server)

    expect(theirPackage).toMatchObject({
      lines: ['refresh the package lists', 'install unattended-upgrades'],
      proof: { version: expect.stringMatching(/^2\./) },
    })
    expect(done).toMatchObject({ proof: { tonight: expect.arrayContaining(['fl-sec']) } })
  })

  it('changes nothing on a second run', async () => {
    const state = await stateOf(server)

    expect(await configureUnattendedUpgrades(server)).toMatchObject([{ status: 'done' }, { status: 'done' }])
    expect(await stateOf(server)).toBe(state)
  })

  it('--remove removes it with its dependencies and files', async () => {
    const [, theirPackage] = await configureUnattendedUpgrades(server, { remove: true })

    expect(theirPackage).toMatchObject({
      lines: expect.arrayContaining(['purge python3-apt, likewise']),
      proof: { package: 'purged' },
    })
    expect(configurationOf(await stateOf(server))).toEqual(configurationOf(before))
  })

  it('installs it once another apt-get has ended', async () => {
    const { facts, steps } = unattendedUpgrades({ remove: false, hold: [], origins: [] })
    const [step] = steps
    if (step === undefined) throw new Error('there is no step')
    const ctx = stepContextOn(server, step.id)
    const verdict = step.plan(await ctx.gatherFacts(facts))
    if (verdict.status !== 'due') throw new Error(`${verdict.status}: ${verdict.why}`)
    // Another apt-get holds dpkg's lock for 20 s.
    await asRoot(server, 'systemd-run -q apt-get -y install fl-slow && sleep 3')

    await step.apply(ctx, '')
    const status = await step.status(ctx, '')
    const evidence = await step.verify(ctx, '')

    expect(status).toBe('running')
    expect(evidence).toMatchObject({ version: expect.stringMatching(/^2\./) })
    expect(await step.status(ctx, '')).toBe('yes')
  })

  it('--remove keeps it when something else needs it meanwhile', async () => {
    await configureUnattendedUpgrades(server)
    await addArchive(server, {
      name: 'needs',
      release: { Origin: 'Local', Label: 'Local', Suite: 'local', Codename: 'local' },
      packages: "deb needs-it 1.0 'Depends: unattended-upgrades'; dpkg -i *.deb >/dev/null",
    })

    const [, theirPackage] = await configureUnattendedUpgrades(server, { remove: true })

    expect(theirPackage).toMatchObject({ proof: { package: 'kept, since others need it' } })
    expect(await configureUnattendedUpgrades(server, { remove: true })).toMatchObject([
      { status: 'not-due' },
      { status: 'not-due' },
    ])
  })
})

/** Shell that packs installed packages again, as dpkg has them. */
const repack = (...names: readonly string[]) =>
  `for name in ${names.join(' ')}; do
    rm -rf /tmp/repack
    mkdir -p /tmp/repack/DEBIAN
    dpkg-query -L $name | while read -r path; do [ -d "$path" ] || echo "$path"; done | tar -P -c -T - | tar -C /tmp/repack -x
    for script in preinst postinst prerm postrm conffiles templates; do
      [ ! -e /var/lib/dpkg/info/$name.$script ] || cp /var/lib/dpkg/info/$name.$script /tmp/repack/DEBIAN/$script
    done
    dpkg-query -s $name | sed '/^Status:/d; /^Conffiles:/,/^[A-Z]/{/^Conffiles:/d; /^ /d}' >/tmp/repack/DEBIAN/control
    dpkg-deb --root-owner-group -Znone --build /tmp/repack $name.deb >/dev/null
  done`

const configurationOf = (state: string) => state.split('\n').filter((line) => /\/etc\/|timer|^[0-9a-z-]+$/.test(line))
