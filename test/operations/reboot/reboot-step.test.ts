import { describe, expect, it } from 'vitest'
import { differences } from '../../../src/operations/reboot/boot-snapshot.ts'
import type { RebootOptions } from '../../../src/operations/reboot/options.ts'
import { rebootStep } from '../../../src/operations/reboot/reboot-step.ts'
import type { Container } from '../../../src/remote/facts/docker.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { buildFacts, buildRebootFlag, known } from '../../support/builders/build-facts.ts'

const systemd = { state: 'running', canRunUnits: true, failed: [], inhibitors: [] }
const options: RebootOptions = {
  force: false,
  follows: false,
  downTimeoutMs: 60_000,
  upTimeoutMs: 60_000,
  readyTimeoutMs: 60_000,
  stableTimeMs: 0,
}
const due = { reboot: known({ ...buildRebootFlag(), isSet: true }) }
const blind = { reboot: { status: 'unknown', why: 'no /run' } } as const

describe('rebootStep: plan', () => {
  const plan = (parts: Partial<ServerFacts>, force = false) =>
    rebootStep({ ...options, force }).plan(buildFacts({ systemd: known(systemd), ...parts })).status

  it.each([
    ['is due by its flag', due, false, 'due'],
    ['is not where nothing wants it', {}, false, 'not-due'],
    ['is unknown where nobody can say', blind, false, 'unknown'],
    ['can be forced where it is not due', {}, true, 'due'],
    ['can be forced where it is unknown', blind, true, 'due'],
    [
      'is blocked by an inhibitor',
      { ...due, systemd: known({ ...systemd, inhibitors: ['backup'] }) },
      false,
      'blocked',
    ],
    ['is blocked even when forced', { systemd: known({ ...systemd, inhibitors: ['backup'] }) }, true, 'blocked'],
  ] as const)('%s', (_, parts, force, verdict) => {
    expect(plan(parts, force)).toBe(verdict)
  })
})

describe('rebootStep after upgrades', () => {
  const step = rebootStep({ ...options, follows: true })
  const upgrade = (name: string) => {
    const packages = [{ name, from: '1', to: '2', origin: 'Ubuntu:24.04/noble-security' }]
    return { security: known({ packages, wrongSources: [], downloadBytes: 0 }) }
  }
  const plan = (parts: Partial<ServerFacts>) => step.plan(buildFacts({ systemd: known(systemd), ...parts }))

  it('is due when a package is upgraded that needs a reboot', () => {
    expect(plan(upgrade('libc6'))).toEqual({
      status: 'due',
      change: { reasons: ['libc6 is upgraded'], kernel: null },
    })
    expect(plan(upgrade('nginx')).status).toBe('not-due')
    expect(plan({ ...upgrade('linux-image-6.8.0-51-generic'), ...blind }).status).toBe('due')
  })

  it('is not blocked by what the upgrade repairs first', () => {
    const broken = { dpkg: known({ isInterrupted: true, broken: [], lockHolders: [] }) }

    expect(plan({ ...due, ...broken, ...upgrade('nginx') }).status).toBe('due')
    expect(plan({ ...due, ...broken }).status).toBe('blocked')
  })

  it('may become due although the plan could not know', () => {
    const now = { reasons: ['asked for by nginx'], kernel: null }

    expect(step.exceedsPlan?.(undefined, now)).toBeUndefined()
    expect(rebootStep(options).exceedsPlan?.(undefined, now)).toBe('a restart was not planned')
  })
})

describe('differences after a reboot', () => {
  const before = {
    machineId: 'a',
    bootId: 'b',
    kernel: '6.8.0-50-generic',
    failed: ['old.service'],
    containers: ['web'],
  }
  const web: Container = {
    name: 'web',
    image: 'web:1',
    state: 'running',
    health: 'healthy',
    restartPolicy: 'always',
    startedAt: '2026-11-20T09:12:44Z',
  }
  const differencesWith = (parts: Partial<ServerFacts> = {}, container: Partial<Container> = {}) => {
    const containers = [{ ...web, ...container }]
    const docker = known({ version: '28', client: '28', trouble: undefined, source: 'docker-ce', containers })
    const kernel = known({
      running: '6.8.0-50-generic',
      newest: '6.8.0-50-generic',
      newestSince: undefined,
      pinned: undefined,
      rebuilt: undefined,
    })
    return differences(buildFacts({ systemd: known(systemd), docker, kernel, ...parts }), before)
  }

  it('is empty when all is as before', () => {
    expect(differencesWith()).toEqual([])
  })

  it('ignores a unit that had failed before', () => {
    expect(differencesWith({ systemd: known({ ...systemd, failed: ['old.service'] }) })).toEqual([])
  })

  it('includes what is unknown now', () => {
    const unknown = { status: 'unknown', why: 'no answer' } as const

    expect(differencesWith({ systemd: unknown, reboot: unknown })).toEqual([
      'the state of its units is unknown: no answer',
      'the reboot flag is unknown: no answer',
    ])
  })

  it('includes a newly failed unit, the reboot flag, the kernel and a container', () => {
    expect(differencesWith({ systemd: known({ ...systemd, failed: ['new.service'] }) })).toEqual([
      'these units failed: new.service',
    ])
    expect(differencesWith(due)).toEqual(['its reboot flag is still set'])
    expect(differencesWith({ kernel: { status: 'unknown', why: 'no uname' } })).toHaveLength(1)
    expect(differencesWith({}, { state: 'exited' })).toEqual(['these containers are not back: web'])
    expect(differencesWith({}, { health: 'unhealthy' })).toEqual(['these containers are not back: web'])
  })
})
