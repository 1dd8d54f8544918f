import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { withMeshCheck } from '../../../src/operations/weave/with-mesh-check.ts'
import { defineStep } from '../../../src/plan/define-step.ts'
import { lazily } from '../../../src/plan/schema/schema.ts'
import type { StepDefinition } from '../../../src/plan/step.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { buildFacts } from '../../support/builders/build-facts.ts'
import { buildMeshFacts, failedConnection } from '../../support/builders/build-mesh.ts'
import { fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const version = lazily(() => z.string())
const engine: StepDefinition<string, string, { to: string }> = {
  id: 'engine',
  effect: 'disrupts',
  schemas: { change: version, snapshot: version, evidence: lazily(() => z.strictObject({ to: z.string() })) },
  facts: ['docker'],
  plan: () => ({ status: 'due', change: '26' }),
  describe: (to) => [to],
  snapshot: async (_, to) => to,
  status: async () => 'no',
  apply: async () => {},
  verify: async (_, to) => ({ to }),
}
const step = defineStep(withMeshCheck(engine, 10_000))

/** Does the step on a server that shows these, one after the other, the last again and again. */
async function doneOver(...looks: readonly [ServerFacts, ...ServerFacts[]]) {
  const { ctx, progress } = fakeServerContext([{}])
  const left = [...looks]
  const gatherFacts = async () => left.shift() ?? looks.at(-1) ?? looks[0]
  const before = await step.snapshot({ ...ctx, gatherFacts }, '26')
  return { proof: await step.verify({ ...ctx, gatherFacts }, before), told: progress }
}

describe('withMeshCheck', () => {
  it('passes once the connections of the router are back', async () => {
    const { proof: evidence, told: progress } = await doneOver(
      buildMeshFacts('2.8.1'),
      buildMeshFacts('2.8.1', { connections: [failedConnection] }),
      buildMeshFacts('2.8.1'),
    )

    expect([evidence, progress]).toEqual([
      { to: '26' },
      ['waiting for Weave: the connection to 203.0.113.13:6783 is failed (connection refused, retry: never)'],
    ])
  })

  it.each([
    ['connections stay away', buildMeshFacts('2.8.1', { connections: [] }), /0 of 1 connections are established$/],
    [
      'the router is gone',
      { ...buildMeshFacts('2.8.1'), mesh: { status: 'known', value: null } as const },
      /the router does not run$/,
    ],
  ])('fails when %s', async (_, after, words) => {
    await expect(doneOver(buildMeshFacts('2.8.1'), after)).rejects.toThrow(words)
  })

  it('does not require what was broken before', async () => {
    const broken = buildMeshFacts('2.8.1', { connections: [failedConnection] })

    await expect(doneOver(broken, broken)).resolves.toMatchObject({ proof: { to: '26' } })
  })

  it('changes nothing where there is no Weave', async () => {
    const none = buildFacts({ weave: { status: 'known', value: null }, mesh: { status: 'known', value: null } })

    await expect(doneOver(none)).resolves.toMatchObject({ proof: { to: '26' } })
  })
})
