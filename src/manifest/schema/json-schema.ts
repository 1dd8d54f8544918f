import * as z from 'zod'
import { type Component, components, isDatabase } from '../components.ts'
import { ignoredBesideComponents } from '../read/environments.ts'
import { dockerSchema, gatewaySchema, loadBalancerSchema, serverSchema } from './components.ts'
import { blockSchema } from './maestro-block.ts'

/** The JSON Schema of a manifest, made from the schemas that check it; for editors. */
export function manifestJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema(), { io: 'input', unrepresentable: 'any' })
  return { $schema, title: 'Manifest.yml of maestro', ...rest }
}

function fileSchema(): z.ZodType {
  const shape = { ...componentShapes(), ...besideComponents(), maestro: blockSchema.meta({ id: 'maestro' }) }
  const environment = z.looseObject(shape).partial().meta({ id: 'environment' })
  const description = 'Environments by name, or the components themselves.'
  return z.object(shape).partial().catchall(environment).describe(description)
}

function besideComponents(): Record<string, z.ZodType> {
  const ignored = [...ignoredBesideComponents].map((key) => [key, z.unknown()])
  return { gateway: gatewaySchema.meta({ id: 'gateway' }), ...Object.fromEntries(ignored) }
}

const configurations: Readonly<Partial<Record<Component, z.ZodType>>> = {
  docker: dockerSchema.meta({ id: 'docker-configuration' }),
  load_balancer: loadBalancerSchema.meta({ id: 'load-balancer-configuration' }),
}

function componentShapes(): Record<string, z.ZodType> {
  const servers = serversShape()
  const plain = z.looseObject({ configuration: z.looseObject({}), ...servers }).partial()
  const instances = z.record(z.string(), plain.meta({ id: 'instance' }))
  const database = plain.extend({
    groups: instances.describe('Several instances of the database, by name.').optional(),
  })
  const schemas = { plain: plain.meta({ id: 'component' }), database: database.meta({ id: 'database' }) }
  const entries = components.map((name) => [name, componentSchema(name, schemas)])
  return Object.fromEntries(entries)
}

type Schemas = { readonly plain: z.ZodObject; readonly database: z.ZodObject }

function componentSchema(name: Component, { plain, database }: Schemas): z.ZodType {
  const configuration = configurations[name]
  if (configuration !== undefined) return plain.extend({ configuration: configuration.optional() })
  return isDatabase(name) ? database : plain
}

// Older files have a map in place of the list, and a single server without it.
function serversShape(): Record<string, z.ZodType> {
  const server = z.union([serverSchema.meta({ id: 'server' }), z.literal('external')])
  const entry = z.strictObject({ server }).meta({ id: 'server-entry' })
  return {
    servers: z.union([z.array(entry), entry]).describe('The servers that it runs on.'),
    server: server.describe('The older form of a single server.'),
  }
}
