import * as z from 'zod'
import { host, userName } from '../../base/forms.ts'
import type { Gateway, Server } from '../../inventory/server.ts'
import { lazily, line, list, maybeWord, type Schema, word } from './schema.ts'

const port = () => z.int().min(1).max(65_535)

const gateway: Schema<Gateway> = lazily(() =>
  z.strictObject({
    name: line(),
    host: word(host),
    user: word(userName).exactOptional(),
    port: port().exactOptional(),
  }),
)

/** A server as a journal has it; without an address that only its provider can say, `host` is empty. */
export const serverSchema: Schema<Server> = lazily(() =>
  z.strictObject({
    name: line(),
    environment: line().exactOptional(),
    uniqueName: line().exactOptional(),
    host: maybeWord(host),
    groups: list(line()),
    port: port().exactOptional(),
    user: word(userName).exactOptional(),
    identityFiles: list(line()).exactOptional(),
    zone: line().exactOptional(),
    spare: z.boolean(),
    gateway: gateway().exactOptional(),
  }),
)
