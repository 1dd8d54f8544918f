import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { packageName } from '../../src/base/forms.ts'
import { defineDrain, defineStep } from '../../src/plan/define-step.ts'
import { lazily, type Schema, word } from '../../src/plan/schema/schema.ts'
import type { Step, StepDefinition } from '../../src/plan/step.ts'
import { buildFacts } from '../support/builders/build-facts.ts'
import { fakeServerContext } from '../support/fakes/fake-server-context.ts'
import { optionLike } from '../support/mutate.ts'

type Named = { readonly name: string }
const named: Schema<Named> = lazily(() => z.strictObject({ name: word(packageName) }))

/** A step that plans, writes down and proves what it is given. */
const stepOf = (due: Named, written = due, proved = due) =>
  defineStep({
    id: 'install',
    effect: 'changes',
    facts: [],
    schemas: { change: named, snapshot: named, evidence: named },
    plan: () => ({ status: 'due', change: due }),
    describe: ({ name }) => [`install ${name}`],
    exceedsPlan: (planned, now) => (planned?.name === now.name ? undefined : 'another one'),
    snapshot: async () => written,
    status: async () => 'no',
    apply: async (ctx, { name }) => void (await ctx.run({ files: [name], asRoot: true, timeoutMs: 1 })),
    verify: async () => proved,
  })

const right = { name: 'bash' }

// For the compiler: neither a step as it is written nor one without schemas is one that can be run.
type IsRunnable<Written> = Written extends Step ? true : false
const isRunnable: readonly [
  IsRunnable<StepDefinition<Named, Named, Named>>,
  IsRunnable<Omit<Step, 'schemas'>>,
  IsRunnable<ReturnType<typeof stepOf>>,
] = [false, false, true]

const wrong = { name: optionLike }

describe('defineStep', () => {
  it('makes a step that can be run, and nothing else does', () => {
    expect(isRunnable).toEqual([false, false, true])
  })

  it('leaves the step as it is where its data is right', async () => {
    const step = stepOf(right)
    const { ctx, asked } = fakeServerContext([{}])

    expect(step.plan(buildFacts())).toEqual({ status: 'due', change: right })
    expect(step.describe(right)).toEqual(['install bash'])
    expect(step.exceedsPlan?.(right, right)).toBeUndefined()
    expect(step.exceedsPlan?.(undefined, right)).toBe('another one')
    expect(await step.snapshot(ctx, right)).toEqual(right)
    expect(await step.status(ctx, right)).toBe('no')
    await step.apply(ctx, right)
    expect(await step.verify(ctx, right)).toEqual(right)
    expect(asked.map(({ files }) => files)).toEqual([['bash']])
  })

  it('plans nothing by what a server says in no known form', () => {
    expect(stepOf(wrong).plan(buildFacts())).toEqual({
      status: 'unknown',
      why: `what is due cannot be trusted: name must be the name of a package, not "${optionLike}"`,
    })
  })

  it('refuses a planned change of no known form, and asks no server', async () => {
    const step = stepOf(right)
    const { ctx, asked } = fakeServerContext([{}])
    const words = { name: 'RefusedError', hint: 'make a new plan' }

    expect(() => step.describe(wrong)).toThrow(expect.objectContaining(words))
    expect(() => step.exceedsPlan?.(wrong, right)).toThrow(expect.objectContaining(words))
    await expect(step.snapshot(ctx, wrong)).rejects.toMatchObject(words)
    expect(asked).toEqual([])
  })

  it('begins nothing by a snapshot that could not be read again', async () => {
    await expect(stepOf(right, wrong).snapshot(fakeServerContext([{}]).ctx, right)).rejects.toMatchObject({
      name: 'RefusedError',
      message: expect.stringContaining('what install would go by cannot be trusted: name must be'),
    })
  })

  it.each(['status', 'apply', 'verify'] as const)('%s takes no snapshot of no known form', async (call) => {
    const { ctx, asked } = fakeServerContext([{}])

    await expect(stepOf(right)[call](ctx, wrong)).rejects.toMatchObject({
      name: 'UnknownError',
      message: expect.stringContaining('what the journal has of install cannot be read: name must be'),
      hint: expect.stringContaining('start the run again'),
    })
    expect(asked).toEqual([])
  })

  it('writes down no evidence that could not be read again', async () => {
    await expect(stepOf(right, right, wrong).verify(fakeServerContext([{}]).ctx, right)).rejects.toThrow(
      'the evidence of install cannot be read: name must be',
    )
  })
})

describe('defineDrain', () => {
  const taken: Named[] = []
  const drainOf = (found: Named | undefined) =>
    defineDrain({
      id: 'drain',
      describe: 'out of service',
      found: named,
      detect: async () => found,
      drain: async (_, one) => void taken.push(one),
      undrain: async (_, one) => void taken.push(one),
    })

  it('gives back what is found, where it is of the known form', async () => {
    const { ctx } = fakeServerContext([{}])

    expect(await drainOf(right).detect(ctx)).toEqual(right)
    expect(await drainOf(undefined).detect(ctx)).toBeUndefined()
    await expect(drainOf(wrong).detect(ctx)).rejects.toThrow('what drain finds cannot be trusted: name must be')
  })

  it.each(['drain', 'undrain'] as const)('%s takes nothing that is not', async (call) => {
    await expect(drainOf(right)[call](fakeServerContext([{}]).ctx, wrong)).rejects.toMatchObject({
      name: 'UnknownError',
    })
    expect(taken).toEqual([])
  })
})
