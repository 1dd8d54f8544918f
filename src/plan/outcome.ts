/** What became of one server in a run. Every server of the selection has one in the end. */
export type Outcome =
  /** All that was due is done and proved; or nothing was. */
  | { readonly status: 'changed' }
  | { readonly status: 'unchanged'; readonly why?: string }
  | { readonly status: 'not-started'; readonly why: string }
  | FailureOutcome

export type FailureOutcome = {
  /**
   * `refused`: something stood in the way before anything was done. `unknown`: nobody can say how a change stands. `stuck`:
   * it shows no progress and goes on by itself. `stopped`: a signal ended the run; `resume` goes on from here.
   */
  readonly status: 'failed' | 'stuck' | 'unknown' | 'unreachable' | 'refused' | 'stopped'
  readonly step?: string
  readonly why: string
  readonly hint?: string
  /** It was taken out of service and is not back: it was not proved healthy. */
  readonly isDrained?: true
  /** What was begun is taken back: there is nothing to go on with. */
  readonly isOver?: true
}

/** Whether what was begun is taken back, and nothing is left that a resumed run could go on with. */
export function isRolledBack(outcomes: Iterable<Outcome>): boolean {
  const all = [...outcomes]
  const isOver = (outcome: Outcome) => 'isOver' in outcome && outcome.isOver === true
  return all.some(isOver) && all.every((one) => isOver(one) || finalStatuses.includes(one.status))
}

const finalStatuses: readonly Outcome['status'][] = ['changed', 'unchanged', 'not-started']
