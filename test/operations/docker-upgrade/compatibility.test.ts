import { describe, expect, it } from 'vitest'
import {
  apiMinimumOf,
  checkCompatibility,
  isAtLeast,
  mustStopFirst,
  type UpgradeConditions,
} from '../../../src/operations/docker-upgrade/compatibility.ts'
import { buildEngineInfo } from '../../support/builders/build-docker-facts.ts'

const over = (parts: Partial<UpgradeConditions>): UpgradeConditions => ({
  from: '24.0.9',
  to: '24.0.9',
  info: buildEngineInfo(),
  weave: undefined,
  config: undefined,
  socketUsers: [],
  isInLxc: false,
  isSerial: false,
  ...parts,
})
const minimum = (version: string) => `{"min-api-version": "${version}"}`

describe('apiMinimumOf and isAtLeast', () => {
  it.each([
    ['20.10.24', '1.12'],
    ['24.0.9', '1.12'],
    ['25.0.0', '1.24'],
    ['28.5.2', '1.24'],
    ['29.0.0', '1.44'],
    ['29.2.1', '1.44'],
    ['29.3.0', '1.40'],
    ['29.10.0', '1.40'],
    ['30.0.0', '1.40'],
  ])('Docker %s serves API %s and later', (engine, api) => {
    expect(apiMinimumOf(engine)).toBe(api)
  })

  it('isAtLeast compares versions number by number', () => {
    expect([isAtLeast('27.10.0', '27.9'), isAtLeast('27.3.1', '27.3.10'), isAtLeast('25', '25.0.0')]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe('checkCompatibility and mustStopFirst', () => {
  it.each([
    ['Docker 24 with Weave 2.8.1', { to: '24.0.9', weave: '2.8.1' }],
    ['Docker 28 with Weave 2.9.0', { to: '28.5.2', weave: '2.9.0' }],
    ['Docker 28 with Weave 2.8.10, which comes after 2.8.2', { to: '28.5.2', weave: '2.8.10' }],
    ['Docker 29.3 with Weave 2.9.0 where it is let in', { to: '29.3.0', weave: '2.9.0', config: minimum('1.24') }],
    ['Docker 29 without Weave', { to: '29.8.2' }],
    ['an engine whose images are its own going back', { from: '29.8.2', to: '28.5.2' }],
    [
      'an engine with the store of containerd going on',
      { from: '29.0.0', to: '29.8.2', info: buildEngineInfo({ hasContainerdStore: true }) },
    ],
    ['a manager of a swarm, one server at a time', { info: buildEngineInfo({ swarm: 'manager' }), isSerial: true }],
    ['an empty daemon.json', { config: '' }],
  ] satisfies [string, Partial<UpgradeConditions>][])('allow %s', (_, parts) => {
    expect(checkCompatibility(over(parts)).blockers).toEqual([])
  })

  it.each([
    [
      'Docker 25 with Weave 2.8.1',
      { to: '25.0.0', weave: '2.8.1' },
      /^Docker 25.0.0 answers no API before 1.24, and Weave 2.8.1 speaks 1.18: Weave 2.9.0 of rajch\/weave .* or Docker 24$/,
    ],
    ['Docker 28 with Weave 2.8.1', { to: '28.5.2', weave: '2.8.1' }, /Weave 2.8.1 speaks 1.18: Weave 2.9.0/],
    [
      'Docker 29 with Weave 2.8.1',
      { to: '29.8.2', weave: '2.8.1', config: minimum('1.24') },
      /with Docker 28, or Docker 24$/,
    ],
    ['Docker 29 with Weave 2.9.0', { to: '29.8.2', weave: '2.9.0' }, /no API before 1.40, .*"min-api-version": "1.24"/],
    ['Docker 29.0 with Weave 2.9.0', { to: '29.0.1', weave: '2.9.0', config: minimum('1.30') }, /no API before 1.30/],
    ['a minimum that no engine takes', { to: '29.8.2', weave: '2.9.0', config: minimum('1.12') }, /no API before 1.40/],
    [
      'a downgrade over the image store',
      { from: '29.8.2', to: '28.5.2', info: buildEngineInfo({ hasContainerdStore: true }) },
      /containerd's store, which Docker 28.5.2 does not look into.*maestro rebuild/,
    ],
    ['a manager of a swarm', { info: buildEngineInfo({ swarm: 'manager' }) }, /quorum.*--strategy serial$/],
    [
      'live-restore in a swarm',
      { info: buildEngineInfo({ swarm: 'worker', isLiveRestore: true }) },
      /with which Docker does not start/,
    ],
    ['a daemon.json that is none', { config: '{"debug": tru' }, /daemon.json is no JSON/],
    ['a daemon.json that is a list', { config: '[]' }, /daemon.json is no JSON/],
  ] satisfies [string, Partial<UpgradeConditions>, RegExp][])(
    'refuse %s, with the reason and a way out',
    (_, parts, words) => {
      expect(checkCompatibility(over(parts)).blockers).toEqual([expect.stringMatching(words)])
    },
  )

  it.each([
    [
      'containers that talk to Docker',
      { from: '20.10.24', to: '26.1.5', socketUsers: ['watch (watchtower:1)', 'lb (traefik:2)'] },
      /becomes 1.24 \(1.12 so far\): .*watch \(watchtower:1\), lb \(traefik:2\)$/,
    ],
    ['live-restore over patches', { to: '24.0.10', info: buildEngineInfo({ isLiveRestore: true }) }, /go on running/],
    [
      'live-restore over majors',
      { to: '26.1.5', info: buildEngineInfo({ isLiveRestore: true }) },
      /orphans .* stopped before/,
    ],
    ['a worker of a swarm', { info: buildEngineInfo({ swarm: 'worker' }) }, /moves its tasks/],
    ['an LXC container', { isInLxc: true }, /runc from 1.3.3/],
  ] satisfies [string, Partial<UpgradeConditions>, RegExp][])('warn about %s', (_, parts, words) => {
    expect(checkCompatibility(over(parts))).toEqual({ blockers: [], notes: [expect.stringMatching(words)] })
  })

  it('do not warn about clients when the oldest API stays the same', () => {
    expect(
      checkCompatibility(over({ from: '25.0.0', to: '28.5.2', socketUsers: ['watch (watchtower:1)'] })).notes,
    ).toEqual([])
  })

  it('stop containers first when live-restore would orphan them', () => {
    const info = buildEngineInfo({ isLiveRestore: true })

    expect(mustStopFirst(over({ to: '26.1.5', info }))).toBe(true)
    expect(mustStopFirst(over({ to: '24.0.10', info }))).toBe(false)
    expect(mustStopFirst(over({ to: '26.1.5' }))).toBe(false)
  })
})
