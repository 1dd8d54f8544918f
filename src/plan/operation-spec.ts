import { UsageError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { OperationSpec } from './operation.ts'
import { parseOrThrow } from './schema/parse.ts'
import type { Schema } from './schema/schema.ts'

/**
 * What an operation writes down of itself. Throws a UsageError for options that could not be read again: a run of them could not
 * be resumed.
 */
export function specOf<Options extends Json>(name: string, schema: Schema<Options>, options: Options): OperationSpec {
  return { name, options: parseOrThrow(schema, options, (why) => new UsageError(`${name}: ${why}`)) }
}

/** The options of an operation as they come back from a journal or a plan file. Throws a UsageError that says which key is wrong. */
export const readOptions = <Options>(name: string, schema: Schema<Options>, written: unknown): Options =>
  parseOrThrow(schema, written, (why) => unreadable(`the options of the operation ${name} cannot be read: ${why}`))

/** What a run or a plan that this maestro cannot read is told. */
export const unreadable = (message: string) =>
  new UsageError(message, { hint: 'another version of maestro wrote it, or it was changed since: start it again' })
