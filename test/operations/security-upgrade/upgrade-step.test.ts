import { describe, expect, it } from 'vitest'
import { repairStep } from '../../../src/operations/security-upgrade/repair-dpkg-step.ts'
import { restartServicesStep } from '../../../src/operations/security-upgrade/restart-services-step.ts'
import { upgradeStep } from '../../../src/operations/security-upgrade/upgrade-step.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Planned, Security } from '../../../src/remote/facts/security.ts'
import { buildFacts, known } from '../../support/builders/build-facts.ts'
import { fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const openssl: Planned = {
  name: 'openssl',
  from: '3.0.1',
  to: '3.0.2',
  origin: 'Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security',
}
const lib: Planned = { name: 'libnew', from: null, to: '1.0', origin: 'Ubuntu:24.04/noble' }
const step = upgradeStep({ hold: [], origins: [], allPackages: false, lockTimeoutMs: 1000, stallTimeoutMs: 60_000 })

const factsWith = (security: Partial<Security> = {}, parts: Partial<ServerFacts> = {}) =>
  buildFacts({
    security: known({ packages: [openssl, lib], wrongSources: [], downloadBytes: 1e6, ...security }),
    ...parts,
  })

describe('upgradeStep: plan', () => {
  it('lists every package with its versions and origin, and marks new ones', () => {
    const verdict = step.plan(factsWith())

    expect(verdict.status === 'due' && step.describe(verdict.change)).toEqual([
      'openssl 3.0.1 -> 3.0.2 (Ubuntu:24.04/noble-security)',
      '+ libnew 1.0 (Ubuntu:24.04/noble)',
    ])
  })

  it('names every fix that is not installed, with the reason', () => {
    const fix = (name: string) => ({ name, from: '1', to: '2', origin: 'x' })
    const upgrades = known({
      security: [fix('held'), fix('kept'), fix('docker.io'), { ...fix('openssl') }],
      otherCount: 0,
      held: ['held'],
      keptBack: [{ name: 'kept', why: 'a full upgrade would remove x' }],
      listsAgeSeconds: 1,
      securityOrigins: ['Ubuntu:noble-security'],
    })

    const verdict = step.plan(factsWith({}, { upgrades }))

    expect(verdict.status === 'due' && step.describe(verdict.change).slice(2)).toEqual([
      '= held 1 stays, though 2 fixes it: held on the server',
      '= kept 1 stays, though 2 fixes it: a full upgrade would remove x',
      '= docker.io 1 stays, though 2 fixes it: left to docker-upgrade, or held by the manifest',
    ])
  })

  it('names everything that is kept back with --all-packages', () => {
    const all = upgradeStep({ hold: [], origins: [], allPackages: true, lockTimeoutMs: 1000, stallTimeoutMs: 60_000 })
    const upgrades = known({
      security: [],
      otherCount: 2,
      held: [],
      keptBack: [{ name: 'phased', why: 'it is phased in' }],
      listsAgeSeconds: 1,
      securityOrigins: [],
    })

    const verdict = all.plan(factsWith({}, { upgrades }))

    expect(verdict.status === 'due' && all.describe(verdict.change).at(-1)).toBe(
      '= phased stays as it is: it is phased in',
    )
  })

  it('names packages that probably require a reboot', () => {
    const libc = { ...openssl, name: 'libc6' }
    const verdict = step.plan(factsWith({ packages: [openssl, libc] }))

    expect(verdict.status === 'due' && step.describe(verdict.change).at(-1)).toBe(
      '= most likely due for a restart afterwards: libc6',
    )
  })

  const smallBoot = known([{ path: '/boot', totalBytes: 5e8, freeBytes: 1e8, isReadOnly: false }])
  const full = known([{ path: '/var', totalBytes: 1e9, freeBytes: 1e6, isReadOnly: false }])
  it.each<[string, ServerFacts, object]>([
    ['done where nothing is due', factsWith({ packages: [] }), { status: 'done' }],
    [
      'unknown where apt cannot tell',
      factsWith({}, { security: { status: 'unknown', why: 'no lists' } }),
      { status: 'unknown', why: 'the pending upgrades are unknown: no lists' },
    ],
    [
      'unknown where dpkg cannot be seen',
      factsWith({}, { dpkg: { status: 'unknown', why: 'closed' } }),
      { status: 'unknown' },
    ],
    [
      'blocked where the pins do not hold',
      factsWith({ wrongSources: ['http://x (priority 500)'] }),
      { status: 'blocked', why: expect.stringContaining('http://x (priority 500)') },
    ],
    [
      'blocked where there is no room',
      factsWith({}, { disk: full }),
      { status: 'blocked', why: expect.stringMatching(/^\/var has 1 MB free, and 54 MB may be needed/) },
    ],
    ['due where a small /boot gets no kernel', factsWith({}, { disk: smallBoot }), { status: 'due' }],
    [
      'blocked where a kernel has no room in /boot',
      factsWith({ packages: [{ ...openssl, name: 'linux-image-6.8.0-51-generic' }] }, { disk: smallBoot }),
      {
        status: 'blocked',
        why: expect.stringMatching(/^\/boot has 96 MB free, and 150 MB may be needed: .*old kernels/),
      },
    ],
    [
      'blocked without apt',
      factsWith({}, { system: known({ id: 'alpine', release: '3', codename: '', name: 'Alpine', hasApt: false }) }),
      { status: 'blocked', why: expect.stringContaining('Alpine has no apt') },
    ],
  ])('is %s', (_, facts, verdict) => {
    expect(step.plan(facts)).toMatchObject(verdict)
  })
})

describe('upgradeStep: exceedsPlan', () => {
  const due = (...packages: Planned[]) => ({ packages, notes: [] })

  it.each([
    ['less, for it is done already', due(openssl, lib), due(lib), undefined],
    ['another version', due(openssl), due({ ...openssl, to: '3.0.3' }), 'openssl 3.0.3 would be installed, too'],
    ['one more package', due(openssl), due(openssl, lib), 'libnew 1.0 would be installed, too'],
    ['something where nothing was due', undefined, due(lib), 'libnew 1.0 would be installed, too'],
  ])('reports %s', (_, planned, now, words) => {
    expect(step.exceedsPlan?.(planned, now)).toBe(words)
  })
})

describe('upgradeStep: verify', () => {
  const proveBy = (moved: readonly string[], broken: readonly string[] = [], result = 'exited 0 1') => {
    const planned = ['openssl|3.0.1', ...moved.map((line) => line.replace(/\|.*\|/, '|'))]
    const { ctx } = fakeServerContext([
      { job_is: 'ended', job_result: result },
      { moved_since: 'yes', moved, moved_planned: planned, moved_broken: broken },
    ])
    return step.verify(ctx, { packages: [openssl, lib], notes: [] })
  }

  it('passes when exactly the planned versions are installed, and returns the downgrade', async () => {
    await expect(proveBy(['openssl|3.0.1|3.0.2', 'libnew||1.0'])).resolves.toMatchObject({
      upgraded: ['openssl 3.0.1 -> 3.0.2', 'libnew new -> 1.0'],
      back: 'apt-get install --allow-downgrades openssl=3.0.1',
    })
  })

  it.each<[string, readonly string[], readonly string[], RegExp]>([
    ['one has not come', ['libnew||1.0'], [], /not at the planned version: openssl \(3.0.1, not 3.0.2\)/],
    ['another version has come', ['openssl|3.0.1|3.0.3', 'libnew||1.0'], [], /openssl \(3.0.3, not 3.0.2\)/],
    [
      'something else has moved',
      ['openssl|3.0.1|3.0.2', 'libnew||1.0', 'bash|5|'],
      [],
      /moved though it was not planned: bash 5 -> gone/,
    ],
    ['one is half done', ['openssl|3.0.1|3.0.2', 'libnew||1.0'], ['openssl iF'], /not fully installed: openssl iF/],
  ])('fails when %s', async (_, moved, broken, words) => {
    await expect(proveBy(moved, broken)).rejects.toThrow(words)
  })

  it('passes when a package was installed by another program before', async () => {
    const { ctx } = fakeServerContext([
      { job_is: 'ended', job_result: 'exited 0 1' },
      { moved_since: 'yes', moved: ['libnew||1.0'], moved_planned: ['openssl|3.0.2', 'libnew|1.0'], moved_broken: [] },
    ])

    await expect(step.verify(ctx, { packages: [openssl, lib], notes: [] })).resolves.toBeDefined()
  })

  it('names what a failed job has left half-installed', async () => {
    await expect(proveBy([], ['openssl iF'], 'exited 100 1')).rejects.toThrow('left packages half done: openssl iF')
  })
})

describe('repairStep and restartServicesStep', () => {
  const dpkg = (parts: object) => known({ isInterrupted: false, broken: [], lockHolders: [], ...parts })
  const busy = [{ lock: 'dpkg', pid: 1, command: 'apt-get', ageSeconds: 1 }]

  it.each([
    ['not due where dpkg is in order', dpkg({}), 'not-due'],
    ['due where it was interrupted', dpkg({ isInterrupted: true }), 'due'],
    ['due where packages are half done', dpkg({ broken: ['a half-configured'] }), 'due'],
    ['not due while dpkg is at work', dpkg({ isInterrupted: true, lockHolders: busy }), 'not-due'],
  ])('repair is %s', (_, told, status) => {
    expect(repairStep(60_000).plan(buildFacts({ dpkg: told }))).toMatchObject({ status })
  })

  it('restart services that run old code, but never Docker, dbus or sshd', () => {
    const services = [
      'nginx.service',
      'docker.service',
      'containerd.service',
      'dbus.service',
      'ssh.service',
      'user@1000.service',
    ]
    const needrestart = known({ hasTool: true, kernel: 'current' as const, services })

    expect(restartServicesStep.plan(buildFacts({ needrestart }))).toEqual({ status: 'due', change: ['nginx.service'] })
  })

  it('leave services alone when it is unknown which run old code', () => {
    expect(
      restartServicesStep.plan(buildFacts({ needrestart: known({ hasTool: false, kernel: undefined, services: [] }) })),
    ).toMatchObject({ status: 'not-due' })
  })
})
