import { describe, expect, it } from 'vitest'
import {
  type Container,
  type ContainerSnapshot,
  differences,
  downtimes,
  expectedBack,
} from '../../../src/operations/docker-upgrade/container-snapshot.ts'
import { readUpgradeJobStatus } from '../../../src/operations/docker-upgrade/job-status.ts'
import { buildFields } from '../../support/builders/build-fields.ts'

const one = (name: string, parts: Partial<Container> = {}): Container => ({
  id: `id-${name}`,
  name,
  image: 'sha256:1',
  state: 'running',
  health: null,
  restartPolicy: 'no',
  isFleeting: false,
  project: null,
  startedAt: '2026-11-20T09:00:00.5Z',
  finishedAt: '0001-01-01T00:00:00Z',
  networks: ['bridge'],
  mounts: [],
  ...parts,
})
const snapshot = (containers: readonly Container[], parts: Partial<ContainerSnapshot> = {}): ContainerSnapshot => ({
  containers,
  images: ['sha256:1'],
  volumes: ['data'],
  networks: ['bridge', 'own'],
  drivers: 'overlay2 systemd',
  ...parts,
})

describe('differences, expectedBack and downtimes', () => {
  it('differences ignores restarted and additional containers', () => {
    const before = snapshot([one('web'), one('idle', { state: 'created' }), one('sick', { health: 'unhealthy' })])
    const now = snapshot(
      [
        one('web', { startedAt: '2026-11-20T10:00:00Z' }),
        one('idle', { state: 'created' }),
        one('sick', { health: 'starting' }),
        one('new'),
      ],
      { images: ['sha256:1', 'sha256:2'] },
    )

    expect(differences(before, now)).toEqual([])
  })

  it('differences ignores --rm containers and swarm tasks', () => {
    expect(differences(snapshot([one('job', { isFleeting: true })]), snapshot([]))).toEqual([])
  })

  it.each<[string, Partial<Container>, Partial<Container> | undefined, string]>([
    ['is gone', {}, undefined, 'container web is gone'],
    ['is down', {}, { state: 'exited' }, 'container web is exited and ran before'],
    ['was down', { state: 'exited' }, {}, 'container web runs and did not run before'],
    ['is not healthy', { health: 'healthy' }, { health: 'starting' }, 'container web is starting and was healthy'],
    ['has another image', {}, { image: 'sha256:2' }, 'container web has another image'],
    ['restarts otherwise', {}, { restartPolicy: 'always' }, 'container web has another restart policy'],
    ['is of another project', { project: 'shop' }, {}, 'container web has another compose project'],
    ['has lost its network', { networks: ['own'] }, {}, 'container web has another network'],
    ['has lost its volume', { mounts: ['volume data /data'] }, {}, 'container web has another mount'],
  ])('differences reports a container that %s', (_, was, is, words) => {
    expect(differences(snapshot([one('web', was)]), snapshot(is === undefined ? [] : [one('web', is)]))).toEqual([
      words,
    ])
  })

  it.each<[string, Partial<ContainerSnapshot>, string]>([
    ['an image', { images: [] }, 'these images are gone: sha256:1'],
    ['a volume', { volumes: [] }, 'these volumes are gone: data'],
    ['a network', { networks: ['bridge'] }, 'these networks are gone: own'],
    ['its storage driver', { drivers: 'vfs systemd' }, 'its drivers are vfs systemd, not overlay2 systemd'],
  ])('differences reports a server that has lost %s', (_, parts, words) => {
    expect(differences(snapshot([]), snapshot([], parts))).toEqual([words])
  })

  it('expectedBack lists what ran in the order in which it was started', () => {
    const before = snapshot([
      one('late', { startedAt: '2026-11-20T09:00:02Z', health: 'healthy' }),
      one('early', { startedAt: '2026-11-20T09:00:01.9Z', state: 'paused' }),
      one('idle', { state: 'exited' }),
      one('job', { isFleeting: true }),
    ])

    expect(expectedBack(before)).toEqual({ running: ['id-early', 'id-late'], healthy: ['id-late'], idle: ['id-idle'] })
  })

  it('downtimes returns how long each container was down, and nothing for those that were not', () => {
    const before = snapshot([one('web'), one('live'), one('idle', { state: 'created' })])
    const times = { finishedAt: '2026-11-20T10:00:00Z', startedAt: '2026-11-20T10:00:11.84Z' }

    expect(downtimes(before, snapshot([one('web', times), one('live'), one('idle', times)]))).toEqual(['web 11.8 s'])
  })
})

describe('readUpgradeJobStatus', () => {
  it('reads networks, mounts and the downtime of the engine', () => {
    const line = JSON.stringify([
      'a1',
      '/web',
      'sha256:1',
      'running',
      'healthy',
      'always',
      false,
      '',
      'shop',
      '2026-11-20T09:00:00Z',
      '0001-01-01T00:00:00Z',
    ])

    const status = readUpgradeJobStatus(
      buildFields({
        census_server: '26.1.5',
        census_client: '26.1.5',
        census_driver: 'overlay2 systemd',
        census_container: [line],
        census_network: ['a1 own', 'a1 bridge', 'b2 other'],
        census_mount: ['a1 volume data /data'],
        census_package: ['docker-ce|5:26.1.5-1~ubuntu.24.04~noble|hi ', 'containerd.io|1.7.24-1|iU '],
        census_end: 'back',
        census_why: 'Docker does not start',
        census_time: ['down 100.50', 'down 110.00', 'up 123.45'],
      }),
    )

    expect(status.answers?.census.containers).toEqual([
      one('web', {
        id: 'a1',
        health: 'healthy',
        restartPolicy: 'always',
        project: 'shop',
        startedAt: '2026-11-20T09:00:00Z',
        networks: ['bridge', 'own'],
        mounts: ['volume data /data'],
      }),
    ])
    expect(status).toMatchObject({ end: 'back', why: 'Docker does not start', downSeconds: 23 })
    expect(status.packages.map(({ name, isWhole }) => [name, isWhole])).toEqual([
      ['docker-ce', true],
      ['containerd.io', false],
    ])
  })

  it('returns no snapshot when Docker does not answer', () => {
    expect(readUpgradeJobStatus(buildFields({}))).toMatchObject({
      answers: undefined,
      end: undefined,
      downSeconds: undefined,
    })
  })

  it.each(['[]', '["a1"]', 'no JSON'])('rejects a container of %s', (line) => {
    expect(() => readUpgradeJobStatus(buildFields({ census_server: '1', census_container: [line] }))).toThrow(
      'cannot be read',
    )
  })
})
