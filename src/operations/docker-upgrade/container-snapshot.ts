import * as z from 'zod'
import { containerId, imageId } from '../../base/forms.ts'
import { lazily, list, type Schema, text, word } from '../../plan/schema/schema.ts'

/** Everything that Docker has on a server, which is compared with what it has after a change of its packages. */
export type ContainerSnapshot = {
  readonly containers: readonly Container[]
  readonly images: readonly string[]
  readonly volumes: readonly string[]
  readonly networks: readonly string[]
  /** The drivers of storage and of cgroups; a different one shows no container of the other. */
  readonly drivers: string
}

export type Container = {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly state: string
  readonly health: string | null
  readonly restartPolicy: string
  /** It is gone once it stops, or a swarm decides where it runs: nobody expects it back. */
  readonly isFleeting: boolean
  readonly project: string | null
  /** In the engine's words. */
  readonly startedAt: string
  readonly finishedAt: string
  readonly networks: readonly string[]
  readonly mounts: readonly string[]
}

export const containerSnapshot: Schema<ContainerSnapshot> = lazily(() => {
  const lines = () => list(text())
  const container = z.strictObject({
    id: word(containerId),
    name: text(),
    image: text(),
    state: text(),
    health: text().nullable(),
    restartPolicy: text(),
    isFleeting: z.boolean(),
    project: text().nullable(),
    startedAt: text(),
    finishedAt: text(),
    networks: lines(),
    mounts: lines(),
  })
  return z.strictObject({
    containers: list(container),
    images: list(word(imageId)),
    volumes: lines(),
    networks: lines(),
    drivers: text(),
  })
})

const isUp = ({ state }: Container) => state === 'running' || state === 'paused' || state === 'restarting'

/** Ids of the containers that must run again, in the order that they were started in; those of them that were healthy; those that did not run. */
export function expectedBack({ containers }: ContainerSnapshot) {
  const lasting = containers.filter(({ isFleeting }) => !isFleeting)
  const up = lasting.filter(isUp).toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt))
  const ids = (some: readonly Container[]) => some.map(({ id }) => id)
  return {
    running: ids(up),
    healthy: ids(up.filter(({ health }) => health === 'healthy')),
    idle: ids(lasting.filter((one) => !isUp(one))),
  }
}

/** What is not as it was, in sentences; none: everything that ran runs, and nothing is missing. */
export function differences(before: ContainerSnapshot, now: ContainerSnapshot): readonly string[] {
  const found = new Map(now.containers.map((one) => [one.id, one]))
  return [
    ...before.containers.filter(({ isFleeting }) => !isFleeting).flatMap((one) => difference(one, found.get(one.id))),
    ...missing('images', before.images, now.images),
    ...missing('volumes', before.volumes, now.volumes),
    ...missing('networks', before.networks, now.networks),
    ...(before.drivers === now.drivers ? [] : [`its drivers are ${now.drivers}, not ${before.drivers}`]),
  ]
}

function difference(was: Container, is: Container | undefined): readonly string[] {
  if (is === undefined) return [`container ${was.name} is gone`]
  const said = (what: string) => `container ${was.name} ${what}`
  const changed = (['image', 'restartPolicy', 'project'] as const).filter((key) => was[key] !== is[key])
  const lists = (['networks', 'mounts'] as const).filter((key) => was[key].join('\n') !== is[key].join('\n'))
  return [
    ...(isUp(was) && !isUp(is) ? [said(`is ${is.state} and ran before`)] : []),
    ...(!isUp(was) && isUp(is) ? [said('runs and did not run before')] : []),
    ...(was.health === 'healthy' && is.health !== 'healthy'
      ? [said(`is ${is.health ?? 'not checked'} and was healthy`)]
      : []),
    ...[...changed, ...lists].map((key) => said(`has another ${words[key]}`)),
  ]
}

const words = {
  image: 'image',
  restartPolicy: 'restart policy',
  project: 'compose project',
  networks: 'network',
  mounts: 'mount',
} as const

function missing(what: string, before: readonly string[], now: readonly string[]): readonly string[] {
  const there = new Set(now)
  const gone = before.filter((one) => !there.has(one))
  return gone.length === 0 ? [] : [`these ${what} are gone: ${gone.join(', ')}`]
}

/** For how long each container was away, by the engine's own clock: a line each. */
export function downtimes(before: ContainerSnapshot, now: ContainerSnapshot): readonly string[] {
  const were = new Map(before.containers.map((one) => [one.id, one]))
  return now.containers.flatMap((one) => {
    const was = were.get(one.id)
    if (was === undefined || !isUp(was) || was.startedAt === one.startedAt) return []
    const seconds = (Date.parse(one.startedAt) - Date.parse(one.finishedAt)) / 1000
    return Number.isFinite(seconds) && seconds >= 0 ? [`${one.name} ${tenthsOf(seconds)} s`] : []
  })
}

export const tenthsOf = (seconds: number) => Math.round(seconds * 10) / 10
