import type { Server } from '../inventory/server.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { ServerFacts } from '../remote/facts/facts.ts'
import { type Member, makeBatches } from './batches.ts'
import type { Operation } from './operation.ts'
import type { Plan, PlannedStep } from './plan.ts'
import { planStep } from './plan-step.ts'

type PlanOptions = {
  readonly operation: Operation
  /** The selected servers that were seen, with what they told. */
  readonly gathered: readonly { readonly server: Server; readonly facts: ServerFacts }[]
  /** All servers of the manifest. */
  readonly inventory: readonly Member[]
  readonly rollout: Rollout
  readonly unavailable: ReadonlySet<string>
}

/** What an operation would do by these looks. */
export function makePlan({ operation, gathered, inventory, rollout, unavailable }: PlanOptions): Plan {
  const planned = gathered.map(({ server, facts }) => [server.name, planServer(operation, server, facts)] as const)
  const dueNames = new Set(planned.filter(([, steps]) => isDue(steps)).map(([name]) => name))
  const due = gathered.map(({ server }) => server).filter(({ name }) => dueNames.has(name))
  const alone = new Set(planned.filter(([, steps]) => isAlone(operation, steps)).map(([name]) => name))
  return {
    version: 1,
    operation: operation.spec,
    rollout,
    batches: makeBatches({ due, inventory, rolling: rollout, unavailable, alone }).map((batch) =>
      batch.map(({ name }) => name),
    ),
    planned: Object.fromEntries(planned),
  }
}

function planServer(operation: Operation, server: Server, facts: ServerFacts): readonly PlannedStep[] {
  const [run] = drainedBy(facts)
  if (run === undefined)
    return operation.steps.map((step) => ({ step: step.id, verdict: planStep(step, server, facts) }))
  const why = `out of service since run ${run}, which did not put it back: \`maestro resume ${run}\``
  return operation.steps.map((step) => ({ step: step.id, verdict: { status: 'blocked', why } }))
}

/** The runs that have taken a server out of service and not put it back. */
export const drainedBy = ({ maestro }: ServerFacts): readonly string[] =>
  maestro?.status === 'known' ? maestro.value.drained : []

// A blocker keeps all of it from being begun: half of it is worse than nothing.
const isDue = (steps: readonly PlannedStep[]) =>
  steps.some(({ verdict }) => verdict.status === 'due') && steps.every(({ verdict }) => verdict.status !== 'blocked')

const isAlone = (operation: Operation, steps: readonly PlannedStep[]) =>
  steps.some(
    ({ step, verdict }) => verdict.status === 'due' && operation.steps.find(({ id }) => id === step)?.isAlone === true,
  )
