import type { Server } from '../inventory/server.ts'
import type { Look } from '../remote/facts/facts.ts'
import type { Step } from './step.ts'
import type { Verdict } from './verdict.ts'

/** What a step has to do on a server, as far as a look of it can tell: nothing where it is for other groups. */
export function foreseeOn(step: Step, { groups }: Pick<Server, 'groups'>, look: Look): Verdict {
  const isOurs = step.groups === undefined || step.groups.some((group) => groups.includes(group))
  return isOurs ? step.foresee(look) : { is: 'not-due', why: `it is for the group ${step.groups?.join(', ')} alone` }
}
