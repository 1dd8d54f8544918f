import { allOf, optional, optionalWholeNumber, wholeNumber, yesOrNo } from '../fields.ts'
import type { Lock } from '../lock/lock.ts'
import type { Fields } from '../response.ts'

/** What maestro itself left on the server. */
export interface MaestroState {
  /** The lock in /var/lib/maestro/lock, when somebody holds it. */
  readonly lock: Lock | undefined
  /** Runs whose drain is still open here. */
  readonly drained: readonly string[]
}

/** A lock whose files are not written yet is held all the same. */
export const readMaestro = (facts: Fields): MaestroState => ({
  lock: yesOrNo(facts, 'marks_lock')
    ? {
        owner: optional(facts, 'marks_owner') ?? 'somebody',
        run: optional(facts, 'marks_run') ?? 'unknown',
        since: optionalWholeNumber(facts, 'marks_since') ?? wholeNumber(facts, 'at'),
        // A clock that was set back says nothing of how long it has been quiet.
        quietSeconds: Math.max(0, wholeNumber(facts, 'at') - wholeNumber(facts, 'marks_beat')),
        busy: allOf(facts, 'marks_busy'),
      }
    : undefined,
  drained: allOf(facts, 'marks_drained'),
})
