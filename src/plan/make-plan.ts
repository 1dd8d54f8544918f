import type { Server } from '../inventory/server.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { Look } from '../remote/facts/facts.ts'
import { type Member, makeBatches } from './batches.ts'
import type { Foreseen, Plan } from './plan.ts'
import { foreseeOn } from './plan-step.ts'
import type { Operation } from './step.ts'

type Planning = {
  readonly operation: Operation
  /** The selected servers that were seen, with what they told. */
  readonly seen: readonly { readonly server: Server; readonly look: Look }[]
  /** All servers of the manifest. */
  readonly inventory: readonly Member[]
  readonly rollout: Rollout
  readonly away: ReadonlySet<string>
}

/** What an operation would do by these looks. */
export function makePlan({ operation, seen, inventory, rollout, away }: Planning): Plan {
  const foreseen = seen.map(({ server, look }) => [server.name, foresee(operation, server, look)] as const)
  const dueNames = new Set(foreseen.filter(([, steps]) => isDue(steps)).map(([name]) => name))
  const due = seen.map(({ server }) => server).filter(({ name }) => dueNames.has(name))
  const alone = new Set(foreseen.filter(([, steps]) => isAlone(operation, steps)).map(([name]) => name))
  return {
    version: 1,
    recipe: operation.recipe,
    rollout,
    batches: makeBatches({ due, inventory, rolling: rollout, away, alone }).map((batch) =>
      batch.map(({ name }) => name),
    ),
    foreseen: Object.fromEntries(foreseen),
  }
}

function foresee({ pass }: Operation, server: Server, look: Look): readonly Foreseen[] {
  const [run] = drainedBy(look)
  if (run === undefined) return pass.steps.map((step) => ({ step: step.id, verdict: foreseeOn(step, server, look) }))
  const why = `out of service since run ${run}, which did not put it back: \`maestro resume ${run}\``
  return pass.steps.map((step) => ({ step: step.id, verdict: { is: 'blocked', why } }))
}

/** The runs that have taken a server out of service and not put it back. */
export const drainedBy = ({ maestro }: Look): readonly string[] =>
  maestro?.is === 'known' ? maestro.value.drained : []

// A blocker keeps all of it from being begun: half a pass is worse than none.
const isDue = (steps: readonly Foreseen[]) =>
  steps.some(({ verdict }) => verdict.is === 'due') && steps.every(({ verdict }) => verdict.is !== 'blocked')

const isAlone = ({ pass }: Operation, steps: readonly Foreseen[]) =>
  steps.some(({ step, verdict }) => verdict.is === 'due' && pass.steps.find(({ id }) => id === step)?.isAlone === true)
