import { describe, expect, it } from 'vitest'
import { fetchPackagesStep } from '../../../src/operations/docker-upgrade/fetch-packages-step.ts'
import type { DockerUpgradeOptions } from '../../../src/operations/docker-upgrade/options.ts'
import { planDocker } from '../../../src/operations/docker-upgrade/plan-upgrade.ts'
import { upgradeStep } from '../../../src/operations/docker-upgrade/upgrade-step.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import {
  buildCandidates,
  buildDocker,
  buildEngine,
  buildEngineInfo,
  buildUpgradeOptions,
  noble,
  oldVersion,
} from '../../support/builders/build-docker-facts.ts'
import { buildFacts, known } from '../../support/builders/build-facts.ts'

const factsWith = (parts: Partial<ServerFacts> = {}) =>
  buildFacts({
    docker: known(buildDocker()),
    engine: known(buildEngine()),
    candidates: known(buildCandidates()),
    ...parts,
  })

const planOf = (facts: ServerFacts, wanted: Partial<DockerUpgradeOptions> = {}) => {
  const step = upgradeStep(buildUpgradeOptions(wanted))
  const verdict = step.plan(facts)
  return verdict.status === 'due' ? step.describe(verdict.change) : verdict
}
const offered = (...engines: readonly string[]) => {
  const { versions } = buildCandidates()
  return new Map([...versions, ['docker-ce', engines.map(noble)], ['docker-ce-cli', engines.map(noble)]])
}
const container = (name: string) => ({
  name,
  image: 'bb',
  state: 'running',
  health: undefined,
  restartPolicy: 'no',
  startedAt: '',
})
const newest = buildCandidates({
  packages: buildCandidates().packages.map(({ name }) => ({
    name,
    version: buildCandidates().versions.get(name)?.[0] ?? '',
    hold: 'ours',
  })),
})

describe('planDocker', () => {
  it('lists the five packages and what to know before', () => {
    const docker = known(buildDocker({ containers: [container('web')] }))
    const engine = known(
      buildEngine({
        files: ['/etc/docker/daemon.json'],
        fleeting: ['job (bb)'],
        socketUsers: ['watch (watchtower:1)'],
      }),
    )

    expect(planOf(factsWith({ docker, engine }))).toEqual([
      'Docker 20.10.24 -> 26.1.5',
      'docker-ce 5:20.10.24~3-0~ubuntu-noble -> 5:26.1.5-1~ubuntu.24.04~noble',
      'docker-ce-cli 5:20.10.24~3-0~ubuntu-noble -> 5:26.1.5-1~ubuntu.24.04~noble',
      'containerd.io 1.6.20-1 -> 1.7.24-1',
      'docker-buildx-plugin 0.11.2-1~ubuntu.24.04~noble -> 0.14.0-1~ubuntu.24.04~noble',
      'docker-compose-plugin 2.24.0-1~ubuntu.24.04~noble -> 2.27.0-1~ubuntu.24.04~noble',
      '= an upgrade in place stops the containers of the server; `maestro rebuild` avoids it',
      '= the oldest API that Docker answers becomes 1.24 (1.12 so far): these containers talk to it and may be too old: watch (watchtower:1)',
      '= started with --rm, so gone once Docker stops: job (bb)',
      '= stay as they are, with a copy kept: /etc/docker/daemon.json',
    ])
  })

  it.each([
    ['27.3.1', 'Docker 20.10.24 -> 27.3.1; the newest is 27.5.1'],
    ['27.3', 'Docker 20.10.24 -> 27.3.10 (27.3 in the manifest); the newest is 27.5.1'],
    ['latest', 'Docker 20.10.24 -> 27.5.1 (latest in the manifest)'],
  ])('resolves %s and prints the newest version beside it', (version, title) => {
    const facts = factsWith({
      candidates: known(buildCandidates({ versions: offered('27.3.1', '27.3.10', '27.5.1') })),
    })

    expect(planOf(facts, { version })).toContain(title)
  })

  it('upgrades the other packages when the engine stays', () => {
    const packages = newest.packages.map((one) =>
      one.name === 'containerd.io' ? { ...one, version: '1.6.20-1' } : one,
    )
    const facts = factsWith({
      docker: known(buildDocker({ version: '26.1.5' })),
      candidates: known({ ...newest, packages }),
    })

    expect(planOf(facts)).toEqual(['Docker 26.1.5', 'containerd.io 1.6.20-1 -> 1.7.24-1'])
  })

  it('leaves the other packages alone when the engine is downgraded', () => {
    const facts = factsWith({ docker: known(buildDocker({ version: '26.1.5' })), candidates: known(newest) })

    expect(planOf(facts, { version: '20.10.24', allowsDowngrade: true })).toEqual([
      'Docker 26.1.5 -> 20.10.24; the newest is 26.1.5',
      `docker-ce ${noble('26.1.5')} -> ${oldVersion}`,
      `docker-ce-cli ${noble('26.1.5')} -> ${oldVersion}`,
    ])
  })

  it('installs all five packages where there is no Docker, with --install only', () => {
    const facts = factsWith({
      docker: known(null),
      engine: known(buildEngine({ info: undefined })),
      candidates: known(buildCandidates({ packages: [] })),
    })

    expect(planOf(facts)).toMatchObject({ status: 'not-due', why: expect.stringContaining('--install') })
    expect(planOf(facts, { installs: true })).toEqual([
      'Docker 26.1.5',
      `+ docker-ce ${noble('26.1.5')}`,
      `+ docker-ce-cli ${noble('26.1.5')}`,
      '+ containerd.io 1.7.24-1',
      '+ docker-buildx-plugin 0.14.0-1~ubuntu.24.04~noble',
      '+ docker-compose-plugin 2.27.0-1~ubuntu.24.04~noble',
    ])
  })

  it('restarts an engine that is installed but does not run', () => {
    const facts = factsWith({ candidates: known(newest) })

    expect(planOf(facts)).toEqual(['Docker 26.1.5', '= it is installed, and 20.10.24 still runs: it is started anew'])
    expect(fetchPackagesStep(buildUpgradeOptions()).plan(facts)).toMatchObject({ status: 'not-due' })
  })

  const distribution = buildCandidates({
    packages: [
      { name: 'docker.io', version: '20.10.24+dfsg1-1', hold: 'none' },
      { name: 'containerd', version: '1.6.20~ds1-1', hold: 'none' },
    ],
    candidates: new Map([
      ['docker.io', '20.10.24+dfsg1-1+deb12u1'],
      ['containerd', '1.6.20~ds1-1'],
    ]),
  })
  const debians = { docker: known(buildDocker({ source: 'docker.io' })), candidates: known(distribution) }

  it('upgrades packages of the distribution as apt has them', () => {
    expect(planOf(factsWith(debians), { version: 'distribution' })).toEqual([
      'Docker 20.10.24 (distribution in the manifest)',
      'docker.io 20.10.24+dfsg1-1 -> 20.10.24+dfsg1-1+deb12u1',
    ])
  })

  const kept = [{ name: 'docker-ce', version: oldVersion }]
  it('rolls back to the kept packages, also when Docker does not answer', () => {
    const facts = factsWith({
      docker: known(buildDocker({ version: undefined, trouble: 'docker.service is failed' })),
      engine: known(buildEngine({ info: undefined })),
      candidates: known({ ...newest, kept }),
    })

    expect(planOf(facts, { rollsBackTo: true, version: null })).toEqual([
      'Docker 26.1.5 -> 20.10.24',
      `docker-ce ${noble('26.1.5')} -> ${oldVersion}`,
      '= Docker does not answer: what runs now is not compared',
    ])
  })

  const full = { path: '/var', totalBytes: 1e9, freeBytes: 5e7, isReadOnly: false }
  it.each<[string, Partial<ServerFacts>, Partial<DockerUpgradeOptions>, object]>([
    [
      'done where it is there',
      { docker: known(buildDocker({ version: '26.1.5+dfsg1' })), candidates: known(newest) },
      {},
      { status: 'done', why: 'Docker 26.1.5 is there' },
    ],
    [
      'blocked where it is not available, with the newest',
      { candidates: known(buildCandidates({ versions: offered('27.3.10') })) },
      { version: '27.3.1' },
      { status: 'blocked', why: 'Docker 27.3.1 is not available for this release; the newest is 27.3.10' },
    ],
    [
      'blocked where no source has it',
      { candidates: known(buildCandidates({ versions: new Map() })) },
      {},
      { status: 'blocked', why: expect.stringContaining('maestro.docker.repository') },
    ],
    [
      'blocked where its client is not offered beside it',
      {
        candidates: known(
          buildCandidates({ versions: new Map([...offered('26.1.5'), ['docker-ce-cli', [oldVersion]]]) }),
        ),
      },
      {},
      { status: 'blocked', why: `docker-ce-cli ${noble('26.1.5')} is not offered beside its engine` },
    ],
    [
      'blocked where it would go down unasked',
      { docker: known(buildDocker({ version: '26.1.5' })), candidates: known(newest) },
      { version: '20.10.24' },
      { status: 'blocked', why: expect.stringContaining('--allow-downgrade') },
    ],
    [
      'blocked where an administrator holds a package',
      {
        candidates: known(
          buildCandidates({ packages: buildCandidates().packages.map((one) => ({ ...one, hold: 'theirs' })) }),
        ),
      },
      {},
      {
        status: 'blocked',
        why: 'docker-ce is held on the server, not by maestro: `apt-mark unhold docker-ce` lets it go',
      },
    ],
    [
      'blocked where the wanted version is installed and does not answer',
      {
        docker: known(buildDocker({ version: undefined, trouble: 'docker.service is failed' })),
        candidates: known(newest),
      },
      {},
      { status: 'blocked', why: expect.stringContaining('Docker does not answer (docker.service is failed)') },
    ],
    [
      'blocked where Docker does not answer',
      { docker: known(buildDocker({ version: undefined, trouble: 'docker.service is failed' })) },
      {},
      {
        status: 'blocked',
        why: expect.stringContaining('(docker.service is failed), so what runs there is unknown'),
      },
    ],
    [
      'blocked for a snap',
      { docker: known(buildDocker({ source: 'snap' })) },
      {},
      { status: 'blocked', why: expect.stringContaining('snap build') },
    ],
    [
      'blocked for a static build',
      { docker: known(buildDocker({ source: 'static' })) },
      {},
      { status: 'blocked', why: expect.stringContaining('maestro rebuild') },
    ],
    [
      "blocked where the distribution's own is to have a version",
      debians,
      {},
      { status: 'blocked', why: expect.stringContaining('docker_version: distribution') },
    ],
    [
      "blocked where Docker's own is to be the distribution's",
      {},
      { version: 'distribution' },
      { status: 'blocked', why: expect.stringContaining('maestro rebuild') },
    ],
    [
      'blocked where nothing is kept',
      {},
      { rollsBackTo: true },
      { status: 'blocked', why: expect.stringContaining('no packages are kept') },
    ],
    [
      'blocked by Weave, also by the one that the manifest wants',
      { weave: known(null) },
      { weave: { version: '2.8.1', script: null, images: [] } },
      { status: 'blocked', why: expect.stringContaining('Weave 2.8.1 speaks 1.18') },
    ],
    [
      'blocked by the Weave that is there',
      { weave: known({ version: '2.8.1', isRunning: true }) },
      {},
      { status: 'blocked', why: expect.stringContaining('Weave 2.8.1 speaks 1.18') },
    ],
    [
      'blocked where /var is full',
      { disk: known([full]) },
      {},
      { status: 'blocked', why: '/var has 47 MB free, and 300 MB may be needed' },
    ],
    [
      'blocked where the containers have no room',
      { engine: known(buildEngine({ info: buildEngineInfo({ disk: { ...full, path: '/data' } }) })) },
      {},
      { status: 'blocked', why: '/data has 47 MB free, and 100 MB may be needed' },
    ],
    [
      'unknown where apt cannot be asked',
      { candidates: { status: 'unknown', why: 'http://x: E: 404' } },
      {},
      { status: 'unknown', why: expect.stringContaining('404') },
    ],
    [
      'unknown where Docker cannot be looked at',
      { docker: { status: 'unknown', why: 'sudo' } },
      {},
      { status: 'unknown' },
    ],
    [
      'unknown where its setting cannot be looked at',
      { engine: { status: 'unknown', why: 'sudo' } },
      {},
      { status: 'unknown' },
    ],
  ])('is %s', (_, parts, wanted, verdict) => {
    expect(planDocker(factsWith(parts), buildUpgradeOptions(wanted))).toMatchObject(verdict)
  })
})
