import type { Journal } from '../journal/journal.ts'

type Stoppable = { readonly stop: AbortSignal; readonly journal: Pick<Journal, 'write'> }

/** Journals the first signal when it comes. Returns the function that ends this. */
export function noteSignals({ stop, journal }: Stoppable): () => void {
  const note = () => void journal.write({ event: 'run-stopping', exitCode: stop.reason })
  stop.addEventListener('abort', note, { once: true })
  return () => stop.removeEventListener('abort', note)
}
