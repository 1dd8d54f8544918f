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

/** The original's words for several groups at once (`cx stacks reboot --group`); `all` means every component. */
export const groupWords: Readonly<Record<string, readonly Component[]>> = {
  all: components,
  web: webComponents,
  haproxy: ['load_balancer'],
  db: databaseComponents,
  postgres: ['postgresql'],
}

const componentOfKey: ReadonlyMap<string, Component> = new Map([
  ...components.map((name) => [name, name] as const),
  // The name that the load balancer had until 2013.
  ['haproxy', 'load_balancer'] as const,
])

/** The component of a key of the file; undefined when it is none. */
export const componentOf = (key: string): Component | undefined => componentOfKey.get(key)

/** Whether a component keeps data, and so may have several instances under `groups:`. */
export const isDatabase = (component: Component): boolean =>
  (databaseComponents as readonly string[]).includes(component)

/** The components of a group name or group word, instances (`mysql/reporting`) aside; undefined when it is neither. */
export function componentsOfWord(word: string): readonly Component[] | undefined {
  const component = componentOf(word)
  return Object.hasOwn(groupWords, word) ? groupWords[word] : component && [component]
}
