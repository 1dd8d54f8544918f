import { type Component, componentOf } from '../components.ts'

// The first row that has a word wins: a database of the application is a database.
const words: readonly (readonly [Component, RegExp])[] = [
  ['load_balancer', /^(lb|haproxy|(load)?balancer|proxy|proxies)$/],
  ['postgresql', /^(postgres(ql)?|pg(sql)?|db|database)$/],
  ['mysql', /^(mysql|maria(db)?|percona)$/],
  ['mongodb', /^mongo(db)?$/],
  ['redis', /^(redis|valkey)$/],
  ['memcached', /^memcache(d)?$/],
  ['rabbitmq', /^(rabbit(mq)?|amqp)$/],
  ['elasticsearch', /^(elastic(search)?|opensearch|es)$/],
  ['glusterfs', /^gluster(fs)?$/],
  ['nginx', /^nginx$/],
  ['docker', /^(docker|web|www|app|application|api|worker|frontend|backend)$/],
]

/** The component that the name of a group or of a server speaks of; undefined when it speaks of none. */
export function guessComponent(name: string): Component | undefined {
  const exact = componentOf(name.toLowerCase())
  if (exact !== undefined) return exact
  const parts = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .flatMap((part) => [part, part.replace(/(server|host|node|tier)?s?$/, '')])
  return words.find(([, like]) => parts.some((part) => like.test(part)))?.[0]
}
