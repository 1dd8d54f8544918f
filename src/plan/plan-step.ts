import type { Server } from '../inventory/server.ts'
import type { ServerFacts } from '../remote/facts/facts.ts'
import type { Step } from './step.ts'
import type { Verdict } from './verdict.ts'

/** What a step has to do on a server, as far as a look of it can tell: nothing where it is for other groups. */
export function planStep(step: Step, { groups }: Pick<Server, 'groups'>, facts: ServerFacts): Verdict {
  const isOurs = step.groups === undefined || step.groups.some((group) => groups.includes(group))
  return isOurs ? step.plan(facts) : { status: 'not-due', why: `it is for the group ${step.groups?.join(', ')} alone` }
}
