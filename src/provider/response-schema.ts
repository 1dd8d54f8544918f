import { isIP } from 'node:net'
import * as z from 'zod'

const line = (what: string, limit: number) =>
  z
    .string()
    .min(1)
    .max(limit)
    .regex(/^[^\p{Cc}]+$/u, `must be ${what} in one line`)

const hostName = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?$/

const address = line('an address', 253)
  .refine((text) => isIP(text) > 0 || hostName.test(text), 'must be an IP address or the name of a host')
  .describe('An IP address or a name; absent until it has one.')

const hostKey = z
  .string()
  .regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}$/, 'must be a type and a key in base64')
  .refine((text) => typeInside(text) === text.split(' ')[0], 'must be a key of the type that it names')

function typeInside(text: string): string {
  const bytes = Buffer.from(text.split(' ')[1] ?? '', 'base64')
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0)
  return bytes.subarray(4, 4 + length).toString('latin1')
}

const provided = z.object({
  id: line('an id', 200).describe('Your own name for the machine: no two share one.'),
  key: line('a key', 300).optional().describe('The key of the request that has made it, or made it anew, last.'),
  environment: z.string().max(200).describe('As the request said it.'),
  name: line('a name', 200).describe('As the request said it.'),
  address: address.optional(),
  host_keys: z
    .array(hostKey)
    .max(16)
    .optional()
    .describe('Its public host keys, each "ssh-ed25519 AAAA…"; absent: the first one that it shows is believed.'),
})

/** What `list` prints; keys of its own beside these are let alone. */
export const listSchema = z
  .object({ servers: z.array(provided).describe('All that there are, also those that are still being made.') })
  .describe('What `list` prints on stdout.')

const requestSchema = z
  .object({
    version: z.literal(1),
    key: z.string().describe('The same key is the same request: carry it out once, however often it comes.'),
    server: z.object({
      environment: z.string().describe('Empty where the manifest has no environments.'),
      name: z.string(),
      groups: z.array(z.string()),
      zone: z.string().optional(),
      id: z.string().optional().describe('With reinstall and destroy: the machine that is meant.'),
    }),
  })
  .describe('What `create`, `reinstall` and `destroy` get on stdin.')

/** The JSON Schema of both. */
export function providerJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(z.object({ request: requestSchema, list: listSchema }), { io: 'input' })
  return { $schema, title: 'What maestro and its provider tell each other', ...rest }
}
