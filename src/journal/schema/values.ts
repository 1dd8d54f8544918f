import * as z from 'zod'
import { type ExitCode, exitCodes } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { runIdForm } from '../run-id.ts'
import { isBoundedJson, jsonLimits } from './bounded-json.ts'

/** The version of the events' shape: it grows when a field changes its meaning or goes away, not when one is added. */
export const eventsVersion = 1

/** How long a text may be; what maestro records is cut to it. */
export const textLimit = 10_000

/** Text for people, of any characters: a reason, a hint, the last words of a program, a path. */
export const text = z.string().max(textLimit, `must have at most ${textLimit} characters`)

// \p{Cc} in words that every reader of a JSON Schema understands, with or without Unicode.
const controls = String.raw`\u0000-\u001f\u007f-\u009f`
const oneLine = new RegExp(`^[^${controls}]*$`)

/** A name in one line: of a server, a step, a command. */
export const name = z
  .string()
  .min(1, 'must not be empty')
  .max(textLimit, `must have at most ${textLimit} characters`)
  .regex(oneLine, 'must be one line without control characters')

export const runId = z.string().regex(runIdForm, 'must be a run id like 20261123-091530-k3f9')

/** Of maestro itself. */
export const maestroVersion = z
  .string()
  .regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(-[0-9A-Za-z.-]{1,50})?$/, 'must be a version like 1.2.3')

export const time = z.iso.datetime('must be a UTC time like 2026-11-23T09:15:30.000Z').meta({ id: 'time' })

const codes: readonly ExitCode[] = Object.values(exitCodes)
export const exitCode = z.literal([...codes], `must be one of ${codes.join(', ')}`)

/** What a step has noted or shown; a schema of the step itself reads it further. */
export const json = z.custom<Json>(
  isBoundedJson,
  `must be JSON of at most ${jsonLimits.depth} levels and ${jsonLimits.values} values`,
)

/** An array that is only read. */
export const list = <T extends z.ZodType>(entry: T) => z.array(entry).readonly()

/** What every event has. */
export const stamp = { version: z.literal(eventsVersion, `must be ${eventsVersion}`), at: time }
