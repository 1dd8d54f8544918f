import { printable } from '../../base/printable.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import { paintFor, type Screen } from '../format/screen.ts'
import { wrap } from '../format/table.ts'

/** What a change of the application would do, or why there is nothing to do. */
export function renderSteps<Seen>(
  operation: ApplicationOperation<Seen>,
  planned: readonly PlannedStep[],
  screen: Screen,
): string {
  const lines = planned.flatMap(({ step, verdict }) => {
    if (verdict.status !== 'due') return [verdict.why]
    return operation.steps.find(({ id }) => id === step)?.describe(verdict.change) ?? []
  })
  const paint = paintFor(screen)
  const text = [...new Set(lines)].map((line) => indented(printable(line), screen))
  return [paint.strong(printable(operation.subject)), ...text].join('\n')
}

const indented = (line: string, { columns }: Screen) =>
  columns === undefined ? `  ${line}` : `  ${wrap(line, Math.max(columns - 4, 20)).join('\n    ')}`

/** How it ended. */
export function renderEnd(subject: string, outcome: Outcome, screen: Screen): string {
  const paint = paintFor(screen)
  const isWell = outcome.status === 'changed' || outcome.status === 'unchanged'
  const word = outcome.status.replace('-', ' ')
  const step = 'step' in outcome && outcome.step !== undefined ? `${outcome.step}: ` : ''
  const why = 'why' in outcome && outcome.why !== undefined ? `  ${step}${outcome.why}` : ''
  const hint = 'hint' in outcome && outcome.hint !== undefined ? `\n  ${outcome.hint}` : ''
  return `${isWell ? paint.good(word) : paint.bad(word)}  ${printable(`${subject}${why}`)}${hint && `\n  ${printable(hint.trim())}`}`
}
