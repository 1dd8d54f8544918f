/** What became of one server in a run. Every server of the selection has one in the end. */
export type Outcome =
  /** All that was due is done and proved; or nothing was. */
  | { readonly status: 'changed' }
  | { readonly status: 'unchanged'; readonly why?: string }
  | { readonly status: 'not-started'; readonly why: string }
  | Trouble

export interface Trouble {
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

/** How a server ended, without the words. */
export type End = { readonly status: Outcome['status']; readonly isOver?: true }

const fine: readonly Outcome['status'][] = ['changed', 'unchanged', 'not-started']

/** Whether all that went wrong in a run is taken back, so that there is nothing to go on with. */
export function isTakenBack(ends: Iterable<End>): boolean {
  const troubles = [...ends].filter(({ status }) => !fine.includes(status))
  return troubles.length > 0 && troubles.every(({ isOver }) => isOver === true)
}
