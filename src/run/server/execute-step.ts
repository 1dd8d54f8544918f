import type { Json } from '../../base/json.ts'
import type { ServerEvent } from '../../journal/events.ts'
import type { StepContext } from '../../plan/context.ts'
import { DisconnectedError, UnknownError } from '../../plan/errors.ts'
import type { AnyStep } from '../../plan/step.ts'
import { retryOnDisconnect } from '../connection/retry-on-disconnect.ts'

export type WriteEvent = (event: ServerEvent) => Promise<void>

type StepCalls<At extends StepContext> = Pick<AnyStep<never, At>, 'id' | 'status' | 'apply' | 'verify'>

type StartedStep<At extends StepContext> = {
  readonly step: StepCalls<At>
  readonly at: At
  /** What the journal calls the server. */
  readonly server: string
  readonly snapshot: Json
  /** It was begun in an earlier life of this run: the server says how it stands. */
  readonly isResumed: boolean
  readonly writeEvent: WriteEvent
}

/** Brings a step that is written down as begun to its proof. Acts only when it is certain that nothing was done yet. */
export async function executeStep<At extends StepContext>(begun: StartedStep<At>): Promise<void> {
  const { step, at: ctx, server, snapshot, isResumed, writeEvent } = begun
  const isOpen = isResumed ? await isNotStarted(step, ctx, snapshot) : true
  if (isOpen) await applyOnce(step, ctx, snapshot)
  await writeEvent({ event: 'step-applied', server, step: step.id })
  const evidence = await retryOnDisconnect(ctx, () => step.verify(ctx, snapshot))
  await writeEvent({ event: 'step-verified', server, step: step.id, evidence })
}

// A line that is cut in the middle leaves it open whether the server heard: it is asked before it is told again.
function applyOnce<At extends StepContext>(step: StepCalls<At>, ctx: At, before: Json): Promise<void> {
  return retryOnDisconnect(ctx, async () => {
    try {
      await step.apply(ctx, before)
    } catch (error) {
      if (!(error instanceof DisconnectedError) || (await isNotStarted(step, ctx, before))) throw error
    }
  })
}

async function isNotStarted<At extends StepContext>(step: StepCalls<At>, ctx: At, before: Json): Promise<boolean> {
  const standing = await retryOnDisconnect(ctx, () => step.status(ctx, before))
  if (standing !== 'unknown') return standing === 'no'
  throw new UnknownError(`nobody can say whether ${step.id} was done`, {
    hint: 'it was begun and is not done again by itself: look at the server, then `maestro resume`',
  })
}
