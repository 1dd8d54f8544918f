/** A key of the JSON Schema at a path of the annotated manifest. */
export interface Key {
  readonly name: string
  readonly path: readonly (string | number)[]
  readonly kind: 'scalar' | 'list' | 'map'
  readonly description: string | undefined
}

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asSchema = (value: unknown): Schema => (isSchema(value) ? value : {})

/** Every key that maestro acts on, where the annotated manifest has it: in the block, the configurations, a server, the gateway. */
export function keysOfSchema(schema: Schema): readonly Key[] {
  const parts = asSchema(schema.$defs)
  const servers = ['production', 'docker', 'servers', 0, 'server']
  return [
    ...below(asSchema(parts.maestro), ['maestro']),
    ...below(asSchema(parts['docker-configuration']), ['production', 'docker', 'configuration']),
    ...below(asSchema(parts['load-balancer-configuration']), ['production', 'load_balancer', 'configuration']),
    ...below(asSchema(parts.gateway), ['production', 'gateway']),
    ...below(asSchema(parts.server), servers),
  ]
}

function below(schema: Schema, path: Key['path']): readonly Key[] {
  const branches = [schema, ...(Array.isArray(schema.oneOf) ? schema.oneOf.filter(isSchema) : [])]
  const properties = branches.flatMap((branch) => Object.entries(asSchema(branch.properties)))
  const others = asSchema(schema.additionalProperties)
  const named = isActedOn(others) ? keysAt(others, [...path, 'nightly']) : []
  const distinct = [...new Map(properties)].filter(([, property]) => isActedOn(asSchema(property)))
  return [...named, ...distinct.flatMap(([key, property]) => keysAt(asSchema(property), [...path, key]))]
}

// A key that is only let alone has no description.
const isActedOn = (property: Schema) => Object.keys(property).length > 0

function keysAt(property: Schema, path: Key['path']): readonly Key[] {
  const isMap = property.type === 'object' || Array.isArray(property.oneOf)
  const kind = isMap ? 'map' : property.type === 'array' ? 'list' : 'scalar'
  const description = typeof property.description === 'string' ? property.description : undefined
  return [{ name: path.join('.'), path, kind, description }, ...(isMap ? below(property, path) : [])]
}
