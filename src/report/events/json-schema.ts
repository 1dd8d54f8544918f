import * as z from 'zod'
import { outputEventSchema } from './output-event.ts'

/** The JSON Schema of one line of `--output json`, and of one line of a journal. */
export function eventsJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(outputEventSchema, {
    unrepresentable: 'any',
    // Arrays are read-only to maestro's own code, which says nothing of the data.
    override: ({ jsonSchema }) => void delete jsonSchema.readOnly,
  })
  return { $schema, title: 'One line of maestro --output json, or of a journal', ...rest }
}
