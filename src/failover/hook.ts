import * as z from 'zod'
import { lazily, line, milliseconds, type Schema } from '../plan/schema/schema.ts'

/** A program of the user's own that gets the data ready for traffic; it can be run again. */
export type Hook = { readonly path: string; readonly timeoutMs: number }

export const hookSchema: Schema<Hook> = lazily(() => z.strictObject({ path: line(), timeoutMs: milliseconds() }))
