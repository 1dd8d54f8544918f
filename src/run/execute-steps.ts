import type { Json } from '../base/json.ts'
import { DisconnectedError, StoppedError, UnknownError } from '../plan/errors.ts'
import { retryOnDisconnect } from './connection/retry-on-disconnect.ts'
import { pendingChange } from './pending-change.ts'
import type { BoundStep, Progress, Subject } from './subject.ts'

/**
 * Runs the steps of a server, or of the application, in order, each planned again by facts of now. What an earlier process
 * verified is skipped; what it started is asked for its status and brought to its end. What stands before a started step was
 * decided then: facts gathered in its middle say nothing of it.
 */
export async function executeSteps(subject: Subject, progress: Progress): Promise<void> {
  const { steps, previous } = subject
  const lastStarted = steps.findLastIndex(({ id }) => previous.steps.has(id))
  for (const [index, step] of steps.entries()) {
    if (index < lastStarted && !previous.steps.has(step.id)) continue
    progress.step = step.id
    if (previous.steps.has(step.id)) await resumeStep(step, subject, progress)
    else await startStep(step, subject, progress)
  }
}

async function startStep(step: BoundStep, subject: Subject, progress: Progress): Promise<void> {
  if (subject.stop.aborted) throw new StoppedError('stopped before it was started')
  const change = await pendingChange(step, subject)
  if (change === undefined) return
  await subject.onStart(step)
  const snapshot = await retryOnDisconnect(step.ctx, () => step.snapshot(change))
  markStarted(step, progress)
  await subject.writeEvent({ event: 'step-started', server: subject.name, step: step.id, snapshot })
  await applyOnce(step, snapshot)
  await verify(step, subject, snapshot)
}

async function resumeStep(step: BoundStep, subject: Subject, progress: Progress): Promise<void> {
  const { isVerified = false, snapshot = null } = subject.previous.steps.get(step.id) ?? {}
  markStarted(step, progress)
  if (isVerified) return
  await subject.onStart(step)
  if (await isNotStarted(step, snapshot)) await applyOnce(step, snapshot)
  await verify(step, subject, snapshot)
}

function markStarted({ effect }: BoundStep, progress: Progress): void {
  progress.hasChanged = true
  progress.hasDisrupted ||= effect === 'disrupts'
}

async function verify(step: BoundStep, { name, writeEvent }: Subject, snapshot: Json): Promise<void> {
  await writeEvent({ event: 'step-applied', server: name, step: step.id })
  const evidence = await retryOnDisconnect(step.ctx, () => step.verify(snapshot))
  await writeEvent({ event: 'step-verified', server: name, step: step.id, evidence })
}

// After a lost connection it is open whether the server heard: it is asked before it is told again.
function applyOnce(step: BoundStep, snapshot: Json): Promise<void> {
  return retryOnDisconnect(step.ctx, async () => {
    try {
      await step.apply(snapshot)
    } catch (error) {
      if (!(error instanceof DisconnectedError) || (await isNotStarted(step, snapshot))) throw error
    }
  })
}

async function isNotStarted(step: BoundStep, snapshot: Json): Promise<boolean> {
  const status = await retryOnDisconnect(step.ctx, () => step.status(snapshot))
  if (status !== 'unknown') return status === 'no'
  throw new UnknownError(`cannot determine whether ${step.id} was done`, {
    hint: 'it was started and is not repeated by itself: look at the server, then `maestro resume`',
  })
}
