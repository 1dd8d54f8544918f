import { serverSchema } from '../schema/components.ts'
import type { FoundServer } from './found-server.ts'

/** Why a manifest would not take a server; undefined when it would. */
export function readableServer({ name, address, user, port }: FoundServer): string | undefined {
  const written = { unique_name: name, address, user, port: port === undefined ? undefined : String(port) }
  const result = serverSchema.safeParse(Object.fromEntries(Object.entries(written).filter(([, value]) => value)))
  const [issue] = result.error?.issues ?? []
  return issue && `its ${issue.path.join('.')} ${issue.message}`
}
