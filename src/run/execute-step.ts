import type { Json } from '../base/json.ts'
import type { OnServer } from '../journal/events.ts'
import { LineError, UnknownError } from '../plan/errors.ts'
import type { Moment, Step } from '../plan/step.ts'
import { overLineLoss } from './retry-on-disconnect.ts'

export type Record = (event: OnServer) => Promise<void>

type Deed<At extends Moment> = Pick<Step<Json, Json, never, At>, 'id' | 'settled' | 'act' | 'prove'>

type Begun<At extends Moment> = {
  readonly step: Deed<At>
  readonly at: At
  /** What the journal calls the server. */
  readonly server: string
  readonly before: Json
  /** It was begun in an earlier life of this run: the server says how it stands. */
  readonly isOld: boolean
  readonly record: Record
}

/** Brings a step that is written down as begun to its proof. Acts only when it is certain that nothing was done yet. */
export async function performStep<At extends Moment>(begun: Begun<At>): Promise<void> {
  const { step, at, server, before, isOld, record } = begun
  const isOpen = isOld ? await isUntouched(step, at, before) : true
  if (isOpen) await actOnce(step, at, before)
  await record({ event: 'acted', server, step: step.id })
  const proof = await overLineLoss(at, () => step.prove(at, before))
  await record({ event: 'proved', server, step: step.id, proof })
}

// A line that is cut in the middle leaves it open whether the server heard: it is asked before it is told again.
function actOnce<At extends Moment>(step: Deed<At>, at: At, before: Json): Promise<void> {
  return overLineLoss(at, async () => {
    try {
      await step.act(at, before)
    } catch (error) {
      if (!(error instanceof LineError) || (await isUntouched(step, at, before))) throw error
    }
  })
}

async function isUntouched<At extends Moment>(step: Deed<At>, at: At, before: Json): Promise<boolean> {
  const standing = await overLineLoss(at, () => step.settled(at, before))
  if (standing !== 'unknown') return standing === 'no'
  throw new UnknownError(`nobody can say whether ${step.id} was done`, {
    hint: 'it was begun and is not done again by itself: look at the server, then `maestro resume`',
  })
}
