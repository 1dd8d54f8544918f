import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../src/base/errors.ts'
import { isSame, type Json } from '../../src/base/json.ts'
import { operationFor, operations } from '../../src/operations/registry.ts'
import type { Script, ServerContext } from '../../src/plan/context.ts'
import { parse } from '../../src/plan/schema/parse.ts'
import type { Step } from '../../src/plan/step.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { fakeServerContext } from '../support/fakes/fake-server-context.ts'
import { models } from '../support/fakes/operations/all.ts'
import type { OperationModel } from '../support/fakes/operations/operation-model.ts'
import { makeRunWorld } from '../support/fakes/run-world.ts'
import { mutate, optionLike, replaceTexts, testSeed } from '../support/mutate.ts'
import { recording, type Sample, samplesIn } from '../support/samples.ts'

const mutationsOfEach = 300

/** Runs a model to its end; returns its steps, and what they have planned and written down. */
async function sampled({ operation: make, servers }: OperationModel) {
  const operation = make()
  const { steps, changes } = recording(operation.steps)
  const world = makeRunWorld({ operation: { ...operation, steps }, servers: servers() })
  await world.run()
  return { operation, samples: samplesIn(operation.steps, changes, world.events) }
}

const all = Object.entries(models).flatMap(([name, own]) => own.map((model, index) => ({ name, index, model })))

describe('the options of every operation that is registered', () => {
  it.each(all)('make the same operation again: $name $index', ({ model }) => {
    const { spec, steps } = model.operation()
    const again = operationFor(JSON.parse(JSON.stringify(spec)))

    expect(again.spec).toEqual(spec)
    expect(again.steps.map(({ id }) => id)).toEqual(steps.map(({ id }) => id))
  })

  it.each(all)(
    `are refused with words or read as they are, whatever is changed in them: $name $index (MAESTRO_TEST_SEED=${testSeed})`,
    ({ model }) => {
      const pick = seededRandom(testSeed)
      const spec: Json = model.operation().spec
      let refused = 0
      for (let count = 0; count < mutationsOfEach; count += 1) {
        const options = mutate(Object(spec).options, pick)
        const made = madeOf(() => operationFor({ name: String(Object(spec).name), options }))
        if (made instanceof MaestroError) refused += 1
        else expect(isSame(made.spec.options, options)).toBe(true)
      }
      expect(refused).toBeGreaterThan(mutationsOfEach / 2)
    },
  )
})

function madeOf<T>(make: () => T): T | MaestroError {
  try {
    return make()
  } catch (error) {
    if (error instanceof MaestroError && error.message !== '') return error
    throw error
  }
}

describe.each(all)('the data of the steps of $name $index', ({ model }) => {
  it('is accepted by their schemas as a run has made it, each of each step', async () => {
    const { operation, samples } = await sampled(model)
    const kinds = ['change', 'snapshot', 'evidence']

    expect(samples.map(({ step, kind }) => `${step} ${kind}`)).toEqual(
      operation.steps.flatMap(({ id }) => kinds.map((kind) => `${id} ${kind}`)),
    )
    for (const { schema, value } of samples)
      expect(parse(schema, JSON.parse(JSON.stringify(value)))).toEqual({ isRight: true, value })
  })

  it(`is refused with words or read as it is, whatever is changed in it (MAESTRO_TEST_SEED=${testSeed})`, async () => {
    const pick = seededRandom(testSeed)
    const { samples } = await sampled(model)
    for (const sample of samples)
      for (let count = 0; count < mutationsOfEach; count += 1) expectReadable(sample, mutate(sample.value, pick))
  })

  it('goes into no step that does not know it', async () => {
    const { operation, samples } = await sampled(model)
    for (const { step: id, kind } of samples) {
      const step = operation.steps.find((one) => one.id === id)
      if (step !== undefined && kind !== 'evidence') await expectGuarded(step, kind)
    }
  })

  it('takes no option of a command where a word belongs', async () => {
    const { operation, samples } = await sampled(model)
    const snapshots = samples.filter(({ kind }) => kind === 'snapshot')
    for (const { step: id, value } of snapshots) {
      const step = operation.steps.find((one) => one.id === id)
      if (step !== undefined) await expectNoOption(step, value)
    }
  })
})

/** The texts of the router of Weave that was there, of which it is made again; options are what they are. */
const mayHoldOptions = /^weave (arguments|variables)\./

function expectReadable({ schema, step, kind }: Sample, value: Json): void {
  const parsed = parse(schema, value)
  const where = `${step} ${kind}: ${JSON.stringify(value).slice(0, 200)}`
  if (parsed.isRight) expect(isSame(parsed.value, value), where).toBe(true)
  else expect(parsed.why, where).toMatch(/^\S.* \S/s)
}

const stranger = { 'made-up': 1 }

async function expectGuarded(step: Step, kind: 'change' | 'snapshot'): Promise<void> {
  const { ctx, asked } = fakeServerContext([new Error('it was asked')])
  if (kind === 'change') {
    expect(() => step.describe(stranger), step.id).toThrow(MaestroError)
    await expect(step.snapshot(ctx, stranger), step.id).rejects.toThrow(MaestroError)
  } else
    for (const call of [step.status, step.apply, step.verify])
      await expect(call(ctx, stranger), step.id).rejects.toMatchObject({ name: 'UnknownError' })
  expect(asked).toEqual([])
}

async function expectNoOption(step: Step, snapshot: Json): Promise<void> {
  for (const { path, value } of replaceTexts(snapshot, optionLike)) {
    const scripts = await appliedScripts(step, value)
    const isOption = (text: string) => text.split(/[\s;]/).some((one) => one.includes(optionLike))
    const inputs = scripts.flatMap((script) => Object.entries(script.inputs ?? {}))
    const bad = inputs.filter(([, text]) => isOption(text)).map(([name]) => name)
    if (!mayHoldOptions.test(`${step.id} ${path}`)) expect(bad, `${step.id}: ${path}`).toEqual([])
  }
}

/** What a server would be sent; nothing where the step refuses what it is given. */
async function appliedScripts(step: Step, snapshot: Json): Promise<readonly Script[]> {
  const { ctx: base, asked } = fakeServerContext([{ job_begun: 'yes', armed_by: 'systemd' }])
  const ctx: ServerContext = { ...base, readPinnedFile: async ({ from }) => `the text of ${from}` }
  try {
    await step.apply(ctx, snapshot)
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
  }
  return asked
}

describe('the name of an operation', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', '', 'Deploy'])('is not %j', (name) => {
    expect(() => operationFor({ name, options: {} })).toThrow(/this maestro knows no operation/)
  })

  it('is one of the registered ones', () => {
    expect([...operations.keys()].toSorted()).toEqual(Object.keys(models).toSorted())
  })
})
