import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../src/base/errors.ts'
import { isSame, type Json } from '../../src/base/json.ts'
import { applicationOperations } from '../../src/commands/resume/resume-application.ts'
import { failover } from '../../src/failover/failover.ts'
import type { SwitchOptions } from '../../src/failover/options.ts'
import type { JournalEvent } from '../../src/journal/events.ts'
import { noState } from '../../src/journal/run-state.ts'
import { makeStamp } from '../../src/journal/stamp-event.ts'
import type { FailoverDriver } from '../../src/manifest/settings.ts'
import type { ApplicationContext, ApplicationOperation, ApplicationStep } from '../../src/plan/application.ts'
import { parse } from '../../src/plan/schema/parse.ts'
import type { RebuildOptions, RetireOptions } from '../../src/rebuild/options.ts'
import { rebuildOptions } from '../../src/rebuild/options-schema.ts'
import { rebuild } from '../../src/rebuild/rebuild.ts'
import { replace } from '../../src/rebuild/replace.ts'
import { retire } from '../../src/rebuild/retire.ts'
import { executeApplication } from '../../src/run/application/execute-application.ts'
import { buildRebuild, buildRetirement } from '../support/builders/build-rebuild.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { createRequest, fakeProvider, runProvider } from '../support/fakes/fake-provider.ts'
import type { FakeTraffic } from '../support/fakes/fake-traffic.ts'
import { buildFailover, fakeTraffic, trafficContext } from '../support/fakes/fake-traffic.ts'
import { makeRebuildWorld } from '../support/fakes/rebuild-world.ts'
import { buildReplacement, makeReplacementWorld } from '../support/fakes/replacement-world.ts'
import { mutate, testSeed } from '../support/mutate.ts'
import { recording, samplesIn } from '../support/samples.ts'

type Case = {
  readonly operation: () => ApplicationOperation
  /** Makes it from options that its schema has accepted. */
  readonly remake: (options: never) => ApplicationOperation
  /** Runs it to its end; returns what the journal has. */
  readonly run: (operation: ApplicationOperation) => Promise<readonly JournalEvent[]>
}

const switching = (driver: FailoverDriver, outside = fakeTraffic): Case => {
  const options: SwitchOptions = {
    kind: 'switch',
    failover: buildFailover({ driver }),
    from: 'production',
    to: 'production-b',
    isForced: false,
    rollsBack: true,
    hook: { path: '/srv/bin/promote', timeoutMs: 1_000 },
  }
  return {
    operation: () => failover(options, {}),
    remake: (read: SwitchOptions) => failover(read, {}),
    run: (operation) => switched(operation, outside()),
  }
}

async function switched(operation: ApplicationOperation, outside: FakeTraffic): Promise<readonly JournalEvent[]> {
  const ctx = trafficContext(outside)
  const events: JournalEvent[] = []
  const stamp = makeStamp('20261123-090000-test', events)
  const seen = await operation.gatherState(ctx)
  await executeApplication({
    operation,
    contextFor: () => ctx,
    previous: noState,
    planned: operation.steps.map((step) => ({ step: step.id, verdict: step.plan(seen) })),
    writeEvent: async (event) => void events.push(stamp(event)),
    stop: new AbortController().signal,
  })
  return events
}

function usedProvider() {
  const provider = fakeProvider()
  for (const name of ['web-1', 'web-2'])
    runProvider(provider, createRequest({ key: `before/production-b/${name}`, environment: 'production-b', name }))
  return provider
}

async function built(operation: ApplicationOperation, provider = fakeProvider()): Promise<readonly JournalEvent[]> {
  const world = await makeRebuildWorld({ operation, provider })
  await world.run()
  return world.events
}

async function replaced(operation: ApplicationOperation, isBeside: boolean): Promise<readonly JournalEvent[]> {
  const world = await makeReplacementWorld({ isBeside }, operation)
  await world.run()
  return world.events
}

const cases: Readonly<Record<string, Case>> = {
  'failover by the DNS': switching({ kind: 'rfc2136', server: '203.0.113.53', port: 53, zone: 'example.com' }),
  'failover by a load balancer': switching({ kind: 'haproxy', server: 'production/lb-1' }, () =>
    // The address is that of the load balancer, before and after.
    fakeTraffic({ addresses: ['203.0.113.31'] }),
  ),
  'failover by a program': switching({ kind: 'command', command: '/srv/bin/failover', timeoutMs: 1_000 }),
  rebuild: { operation: buildRebuild, remake: (options: RebuildOptions) => rebuild(options, {}), run: built },
  retire: {
    operation: buildRetirement,
    remake: (options: RetireOptions) => retire(options, {}),
    run: (operation) => built(operation, usedProvider()),
  },
  'replace beside': {
    operation: () => buildReplacement({ isBeside: true }),
    remake: replace,
    run: (operation) => replaced(operation, true),
  },
  'replace in place': {
    operation: () => buildReplacement({ isBeside: false }),
    remake: replace,
    run: (operation) => replaced(operation, false),
  },
}

it.each(['from', 'to'])('a rebuild goes %s no environment but those of its failover', (key) => {
  const options = { ...Object(buildRebuild().spec.options), [key]: 'elsewhere' }

  expect(parse(rebuildOptions, options)).toEqual({
    isRight: false,
    why: `${key} must be production or production-b, not "elsewhere"`,
  })
})

it('has a case of every operation of an application that is registered', () => {
  const names = Object.values(cases).map(({ operation }) => operation().spec.name)

  expect([...new Set(names)].toSorted()).toEqual([...applicationOperations.keys()].toSorted())
})

describe.each(Object.entries(cases))('%s', (_, { operation: make, remake, run }) => {
  const schemaOf = ({ spec }: ApplicationOperation) => applicationOperations.get(spec.name)?.schema

  it('has options that come back as they were written down', () => {
    const operation = make()
    const schema = schemaOf(operation)
    const options = JSON.parse(JSON.stringify(operation.spec.options))

    expect(schema && parse(schema, options)).toEqual({ isRight: true, value: operation.spec.options })
  })

  it(`has options that are refused with words or read as they are, whatever is changed in them (MAESTRO_TEST_SEED=${testSeed})`, () => {
    const operation = make()
    const schema = schemaOf(operation)
    const pick = seededRandom(testSeed)
    for (let count = 0; schema !== undefined && count < 300; count += 1) {
      const options = mutate(operation.spec.options, pick)
      const parsed = parse(schema, options)
      expectReadable(parsed, options)
      if (parsed.isRight) expect(() => remake(parsed.value as never), JSON.stringify(options)).not.toThrow()
    }
  })

  it(`has steps whose data comes back as it was, or is refused with words (MAESTRO_TEST_SEED=${testSeed})`, async () => {
    const operation = make()
    const { steps, changes } = recording(operation.steps)
    const events = await run({ ...operation, steps })
    const samples = samplesIn(operation.steps, changes, events)
    const pick = seededRandom(testSeed)

    expect(samples.map(({ step, kind }) => `${step} ${kind}`)).toEqual(
      dueSteps(operation, changes).flatMap((id) => ['change', 'snapshot', 'evidence'].map((kind) => `${id} ${kind}`)),
    )
    for (const { schema, value } of samples) {
      expect(parse(schema, JSON.parse(JSON.stringify(value)))).toEqual({ isRight: true, value })
      for (let count = 0; count < 100; count += 1) {
        const changed = mutate(value, pick)
        expectReadable(parse(schema, changed), changed)
      }
    }
  })

  it('has steps that take nothing that they do not know', async () => {
    const { steps, rollbackSteps = [] } = make()
    for (const step of [...steps, ...rollbackSteps]) await expectGuarded(step)
  })
})

const dueSteps = ({ steps }: ApplicationOperation, changes: ReadonlyMap<string, Json>) =>
  steps.map(({ id }) => id).filter((id) => changes.has(id))

function expectReadable(parsed: ReturnType<typeof parse<Json>>, value: Json): void {
  if (parsed.isRight) expect(isSame(parsed.value, value)).toBe(true)
  else expect(parsed.why).toMatch(/^\S.* \S/s)
}

const stranger = { 'made-up': 1 }

async function expectGuarded(step: ApplicationStep<unknown>): Promise<void> {
  const asked: string[] = []
  const ctx = new Proxy(trafficContext(fakeTraffic()), {
    get: (_, name) => {
      asked.push(String(name))
      return () => Promise.reject(new Error('it was asked'))
    },
  }) satisfies ApplicationContext
  expect(() => step.describe(stranger), step.id).toThrow(MaestroError)
  await expect(step.snapshot(ctx, stranger), step.id).rejects.toThrow(MaestroError)
  for (const call of [step.status, step.apply, step.verify])
    await expect(call(ctx, stranger), step.id).rejects.toMatchObject({ name: 'UnknownError' })
  expect(asked, step.id).toEqual([])
}
