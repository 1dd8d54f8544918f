import { UsageError } from '../../base/errors.ts'
import { manifestJsonSchema } from '../../manifest/schema/json-schema.ts'
import { providerJsonSchema } from '../../provider/response-schema.ts'
import { eventsJsonSchema } from '../../report/events/json-schema.ts'

export interface SchemaFlags {
  readonly provider?: boolean
  readonly events?: boolean
}

/** The JSON Schema that is asked for. */
export function jsonSchemaFor({ provider, events }: SchemaFlags): Readonly<Record<string, unknown>> {
  if (provider && events) throw new UsageError('--provider and --events: one schema at a time')
  if (provider) return providerJsonSchema()
  return events ? eventsJsonSchema() : manifestJsonSchema()
}
