import { describeDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { Member } from '../../plan/batches.ts'
import type { Operation } from '../../plan/operation.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import { groupRows } from '../format/group-rows.ts'
import { paintFor, type Screen } from '../format/screen.ts'
import { wrap } from '../format/table.ts'

type PlanText = {
  readonly plan: Plan
  readonly operation: Operation
  readonly inventory: readonly Member[]
  readonly screen: Screen
  readonly isVerbose: boolean
  /** What a server usually took; undefined: it was never done from here. */
  readonly usualSeconds?: number | undefined
}

/** A plan as people read it: what is done where, equal servers together, and in which order. */
export function renderPlan({ plan, operation, inventory, screen, isVerbose, usualSeconds }: PlanText): string {
  const worked = plan.batches.flat()
  const all = Object.entries(plan.planned).map(([server, planned]) => ({
    server,
    isDue: worked.includes(server),
    lines: linesOf(planned, operation, worked.includes(server)),
  }))
  const common = isVerbose ? [] : linesInCommon(all.filter(({ isDue }) => isDue))
  const own = all
    .map((one) => (one.isDue ? { ...one, lines: one.lines.filter((line) => !common.includes(line)) } : one))
    .filter(({ lines }) => lines.length > 0)
  const groups = groupRows(own, ({ server, lines }) => (isVerbose ? server : lines.join('\n')), rank)
  const paint = paintFor(screen)
  const paragraph = (title: string, lines: readonly string[]) =>
    [title, ...lines.flatMap((text) => indented(text, screen))].join('\n')
  const paragraphsOf = (isDue: boolean) =>
    groups
      .filter(({ line }) => line.isDue === isDue)
      .map(({ servers, line }) => paragraph(`${paint.strong(foldNames(servers))}${countOf(servers)}`, line.lines))
  const paragraphs = [
    ...paragraphsOf(true),
    ...(common.length === 0 ? [] : [paragraph(`each of the ${worked.length} servers to change`, common)]),
    ...paragraphsOf(false),
  ]
  return [
    ...paragraphs,
    batchesText(plan, screen),
    drainText({ plan, operation, inventory, screen }),
    estimate(plan, usualSeconds),
    ...alone({ plan, operation, inventory, screen }),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
}

/** What is the same for servers that differ otherwise: said once, or it would bury what differs. */
function linesInCommon(due: readonly { readonly lines: readonly string[] }[]): readonly string[] {
  const [first, ...others] = due
  const isOneGroup = new Set(due.map(({ lines }) => lines.join('\n'))).size < 2
  if (first === undefined || isOneGroup) return []
  return first.lines.filter((line) => others.every(({ lines }) => lines.includes(line)))
}

const rank = ({ isDue }: { readonly isDue: boolean }) => (isDue ? 0 : 1)
const countOf = ({ length }: readonly string[]) => (length === 1 ? '' : ` (${length} servers)`)

function indented(text: string, { columns }: Screen): readonly string[] {
  const lines = columns === undefined ? [printable(text)] : wrap(printable(text), Math.max(20, columns - 4))
  return lines.map((line, index) => `${index === 0 ? '  ' : '    '}${line}`)
}

function linesOf(planned: readonly PlannedStep[], operation: Operation, isDue: boolean): readonly string[] {
  const said = planned.flatMap(({ step, verdict }) => {
    if (verdict.status === 'due') return operation.steps.find(({ id }) => id === step)?.describe(verdict.change) ?? []
    if (verdict.status === 'blocked' || verdict.status === 'unknown') return [`${verdict.status}: ${verdict.why}`]
    return []
  })
  if (isDue || said.length > 0) return [...new Set(said)]
  const reasons = planned.flatMap(({ verdict }) => ('why' in verdict ? verdict.why : []))
  return [`nothing to do: ${[...new Set(reasons)].join('; ')}`]
}

function batchesText({ batches }: Plan, { columns }: Screen): string {
  if (batches.length === 0) return ''
  const [first = []] = batches
  if (batches.length === 1) return wrapped(`One batch: ${foldNames(first)}`, columns)
  const text = batches.map((names, index) => `${index + 1}:${unbroken}${foldNames(names)}`)
  const shown =
    text.length > batchesShown ? [...text.slice(0, batchesShown), `… and ${text.length - batchesShown} more`] : text
  return wrapped(`${batches.length} batches, one after the other: ${shown.join('; ')}`, columns).replaceAll(
    unbroken,
    ' ',
  )
}

const wrapped = (line: string, columns: number | undefined) =>
  columns === undefined ? line : wrap(line, columns - 2).join('\n  ')

// Holds the number of a batch and its servers together where a line is wrapped.
const unbroken = '\u00a0'

type Shown = Pick<PlanText, 'plan' | 'operation' | 'inventory' | 'screen'>

function drainText({ plan, operation, inventory, screen }: Shown): string {
  const { drain } = operation
  if (drain === undefined) return ''
  const isOurs = ({ groups }: Member) => drain.groups === undefined || groups.some((one) => drain.groups?.includes(one))
  const names = new Set(inventory.filter(isOurs).map(({ name }) => name))
  const isAny = plan.batches.flat().some((name) => names.has(name) && disruptedBy(plan, operation)(name))
  return isAny ? wrapped(drain.describe, screen.columns) : ''
}

function estimate({ batches, rollout }: Plan, seconds: number | undefined): string {
  if (seconds === undefined || batches.length === 0) return ''
  const all = batches.length * seconds + (batches.length - 1) * (rollout.pauseMs / 1000)
  return `A server usually takes ${describeDuration(seconds)}: about ${describeDuration(all)} in all`
}

const batchesShown = 12

// Where a step disrupts, whoever is the only one of its group leaves nobody to serve.
function alone({ plan, operation, inventory, screen }: Shown): readonly string[] {
  const lines = plan.batches
    .flat()
    .filter(disruptedBy(plan, operation))
    .flatMap((name) => {
      const { groups = [] } = inventory.find((member) => member.name === name) ?? {}
      const only = groups.filter((group) => inventory.filter((member) => member.groups.includes(group)).length === 1)
      return only.map((group) =>
        wrapped(printable(`${name} is the only ${group}: it will be unavailable`), screen.columns),
      )
    })
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function disruptedBy({ planned }: Plan, { steps }: Operation): (name: string) => boolean {
  const disrupting = steps.filter(({ effect }) => effect === 'disrupts').map(({ id }) => id)
  return (name) =>
    planned[name]?.some(({ step, verdict }) => disrupting.includes(step) && verdict.status === 'due') ?? false
}
