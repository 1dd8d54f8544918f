import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { isSame, type Json } from '../../src/base/json.ts'
import { type TrafficPolicy, trafficPolicy, withTrafficPolicy } from '../../src/load-balancer/traffic-policy.ts'
import { combined } from '../../src/operations/combined.ts'
import { reboot } from '../../src/operations/reboot/operation.ts'
import { operationFor } from '../../src/operations/registry.ts'
import { securityUpgrade } from '../../src/operations/security-upgrade/operation.ts'
import { parse } from '../../src/plan/schema/parse.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { rebootOptions } from '../support/fakes/operations/reboot.ts'
import { securityOptions } from '../support/fakes/operations/security-upgrade.ts'
import { mutate, testSeed } from '../support/mutate.ts'

const read = (name: string, options: Json, service?: Json) =>
  operationFor({ name, options, ...(service === undefined ? {} : { service }) })

describe('operationFor', () => {
  it.each<[string, string, Json]>([
    ['force is missing', 'reboot', {}],
    ['it must be an object', 'reboot', null],
    ['upTimeoutMs must be a number', 'reboot', { ...rebootOptions, upTimeoutMs: '600000' }],
    ['it has the unknown key "forced"', 'reboot', { ...rebootOptions, forced: true }],
    [
      'hold.0 must be the name of a package or a pattern, not "-oDPkg::Pre-Invoke=x"',
      'security-upgrade',
      { ...securityOptions, hold: ['-oDPkg::Pre-Invoke=x'] },
    ],
    ['parts must be a list', 'deploy', { parts: {} }],
    ['parts.0.options.force is missing', 'deploy', { parts: [{ name: 'reboot', options: {} }] }],
    [
      'parts.0.name has none of the forms that it may have',
      'deploy',
      { parts: [{ name: 'constructor', options: {} }] },
    ],
    [
      'parts.0.name has none of the forms that it may have',
      'deploy',
      { parts: [{ name: 'deploy', options: { parts: [] } }] },
    ],
    [
      'parts.0 has the unknown key "service"',
      'deploy',
      { parts: [{ name: 'reboot', options: { ...rebootOptions }, service: {} }] },
    ],
  ])('says that %s', (why, name, options) => {
    expect(() => read(name, options)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: `the options of the operation ${name} cannot be read: ${why}`,
        hint: 'another version of maestro wrote it, or it was changed since: start it again',
      }),
    )
  })

  it('says which part of how servers leave service is wrong', () => {
    const service = { loadBalancer: { kind: 'hooks', drain: '/srv/drain', undrain: 1, timeoutMs: 1 } }

    expect(() => read('reboot', { ...rebootOptions }, service)).toThrow(
      'the options of the operation reboot (service) cannot be read: loadBalancer.undrain must be text',
    )
  })
})

describe('an operation', () => {
  it('is not made of what could not be read again', () => {
    expect(() => securityUpgrade({ ...securityOptions, hold: ['Foo Bar'] })).toThrow(UsageError)
    expect(() => reboot({ ...rebootOptions, upTimeoutMs: Number.NaN })).toThrow(UsageError)
  })
})

const policies: readonly TrafficPolicy[] = [
  {},
  { health: { check: { kind: 'command', command: '/bin/well', timeoutMs: 1_000 }, groups: ['docker'] } },
  {
    loadBalancer: {
      kind: 'haproxy',
      balancers: ['lb-1'],
      groups: ['docker'],
      timeoutMs: 1_000,
      waitAfterRemovingMs: 0,
      waitAfterAddingMs: 0,
    },
    health: {
      check: { kind: 'url', url: 'http://localhost/up', status: 200, from: 'server', timeoutMs: 1_000 },
      groups: ['mysql/reporting'],
    },
  },
  { loadBalancer: { kind: 'hooks', drain: '/srv/drain', undrain: '/srv/undrain', timeoutMs: 1_000 } },
]

describe.each(policies.map((policy, index) => ({ policy, index })))(
  'how servers leave service ($index)',
  ({ policy }) => {
    const operation = combined('deploy', [reboot(rebootOptions)])

    it('comes back as it was written down', () => {
      const { spec } = withTrafficPolicy(operation, policy)

      expect(operationFor(JSON.parse(JSON.stringify(spec))).spec).toEqual(spec)
    })

    it(`is refused with words or read as it is, whatever is changed in it (MAESTRO_TEST_SEED=${testSeed})`, () => {
      const pick = seededRandom(testSeed)
      for (let count = 0; count < 500; count += 1) {
        const service = mutate(policy, pick)
        const parsed = parse(trafficPolicy, service)
        if (parsed.isRight) {
          expect(isSame(parsed.value, service)).toBe(true)
          expect(() => read('reboot', { ...rebootOptions }, service)).not.toThrow()
        } else expect(() => read('reboot', { ...rebootOptions }, service)).toThrow(UsageError)
      }
    })
  },
)
