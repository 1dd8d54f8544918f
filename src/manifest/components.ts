/** What serves the application itself: the original's group word `web`. */
const webComponents = ['docker', 'rails', 'rack', 'sinatra', 'node'] as const

/** What keeps data, as the original's page of database settings has it: the group word `db`. */
const databaseComponents = [
  'elasticsearch',
  'glusterfs',
  'memcached',
  'mongodb',
  'mysql',
  'postgis',
  'postgresql',
  'rabbitmq',
  'redis',
] as const

const otherComponents = ['cluster', 'load_balancer', 'nginx'] as const

/** Every component that can have servers; its name is the name of its group. */
export const components = [...webComponents, ...databaseComponents, ...otherComponents] as const

export type Component = (typeof components)[number]

const names: ReadonlySet<string> = new Set(components)

export const isComponent = (name: string): name is Component => names.has(name)

/** The original's words for several groups at once (`cx stacks reboot --group`); `all` stands for every component. */
export const groupWords = {
  all: components,
  web: webComponents,
  haproxy: ['load_balancer'],
  db: databaseComponents,
  postgres: ['postgresql'],
} as const satisfies Readonly<Record<string, readonly Component[]>>
