import * as z from 'zod'
import { composeService, imageId, sha256 } from '../../base/forms.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'

export type ComposeChange = {
  readonly revision: string
  readonly services: readonly ServiceChange[]
  /** What was rolled out and is not in the file any more. */
  readonly gone: readonly string[]
  /** What is made again though nothing of it has changed. */
  readonly again: readonly string[]
  /** Whether its images are brought first, and not only what is there is put right. */
  readonly isNew: boolean
  readonly hasWayBack: boolean
}

export type ServiceChange = {
  readonly name: string
  /** null: it was never rolled out. */
  readonly from: { readonly image: string; readonly id: string } | null
  readonly to: string
  readonly why: string
}

const serviceChange: Schema<ServiceChange> = lazily(() =>
  z.strictObject({
    name: word(composeService),
    from: z.strictObject({ image: text(), id: word(imageId) }).nullable(),
    to: text(),
    why: text(),
  }),
)

export const composeChange: Schema<ComposeChange> = lazily(() =>
  z.strictObject({
    revision: word(sha256),
    services: list(serviceChange()),
    gone: list(word(composeService)),
    again: list(word(composeService)),
    isNew: z.boolean(),
    hasWayBack: z.boolean(),
  }),
)
