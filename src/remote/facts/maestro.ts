import { allOf, type Facts, perhaps, perhapsWholeNumber, wholeNumber, yes } from '../fields.ts'
import type { Marks } from './facts.ts'

/** A lock whose files are not written yet is held all the same. */
export const readMaestro = (facts: Facts): Marks => ({
  lock: yes(facts, 'marks_lock')
    ? {
        owner: perhaps(facts, 'marks_owner') ?? 'somebody',
        run: perhaps(facts, 'marks_run') ?? 'unknown',
        since: perhapsWholeNumber(facts, 'marks_since') ?? wholeNumber(facts, 'at'),
        // A clock that was set back says nothing of how long it has been quiet.
        quietSeconds: Math.max(0, wholeNumber(facts, 'at') - wholeNumber(facts, 'marks_beat')),
        busy: allOf(facts, 'marks_busy'),
      }
    : undefined,
  drained: allOf(facts, 'marks_drained'),
})
