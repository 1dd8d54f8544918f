import { planStep } from '../../plan/plan-step.ts'
import type { Step } from '../../plan/step.ts'
import type { FactName, ServerFacts } from '../../remote/facts/facts.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'
import { type BoundStep, bindStep } from '../subject.ts'
import type { ServerExecution } from './server-execution.ts'

/** The steps of a server, planned by facts that are gathered when a step needs them. */
export interface StepsByFacts {
  readonly bound: readonly BoundStep[]
  /** Called before anything is changed: what was gathered before holds no longer. */
  readonly forgetFacts: () => void
}

export function bindSteps({ run, name, contextFor }: ServerExecution): StepsByFacts {
  const { steps } = run.operation
  const planned = run.plan.planned[name] ?? []
  let last: { readonly facts: ServerFacts; readonly names: ReadonlySet<FactName> } | undefined

  // Steps that have nothing to do are skipped by one gathering, which also has what the next one is planned by.
  async function factsFor(step: Step): Promise<ServerFacts> {
    if (last !== undefined && step.facts.every((name) => last?.names.has(name))) return last.facts
    const isPlanned = ({ id }: Step) => planned.some((one) => one.step === id && one.verdict.status === 'due')
    const ahead = steps.slice(steps.indexOf(step))
    const next = ahead.slice(0, Math.max(0, ahead.findIndex(isPlanned)) + 1)
    const names = new Set(next.flatMap((one) => one.facts))
    const ctx = contextFor(step.id)
    last = { facts: await retryOnDisconnect(ctx, () => ctx.gatherFacts([...names])), names }
    return last.facts
  }

  return {
    bound: steps.map((step) => {
      const ctx = contextFor(step.id)
      return bindStep(step, ctx, async () => planStep(step, ctx.server, await factsFor(step)))
    }),
    forgetFacts: () => {
      last = undefined
    },
  }
}
