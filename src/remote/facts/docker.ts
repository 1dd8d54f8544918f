import { allOf, FieldError, optional } from '../fields.ts'
import { lastLine } from '../last-line.ts'
import type { Fields } from '../response.ts'

export interface Docker {
  /** The engine's. */
  readonly version: string | undefined
  readonly client: string | undefined
  /** Why the engine's own answer is missing, when it is. */
  readonly trouble: string | undefined
  /** docker-ce, docker.io, snap, static. */
  readonly source: string
  /** What the engine works with; absent where it does not answer. */
  readonly components?: DockerComponents
  readonly containers: readonly Container[]
}

/** Each undefined where it is not told: old engines know nothing of what they work with. */
export interface DockerComponents {
  /** The oldest API that it still answers. */
  readonly apiMinimum: string | undefined
  readonly containerd: string | undefined
  readonly runc: string | undefined
  readonly compose: string | undefined
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly state: string
  readonly health: string | undefined
  readonly restartPolicy: string
  /** In the engine's words; the year 1 for one that never was. */
  readonly startedAt: string
}

/** null: no Docker. */
export function readDocker(facts: Fields): Docker | null {
  const source = optional(facts, 'docker_source')
  if (source === undefined) return null
  const version = optional(facts, 'docker_server')
  return {
    version,
    client: optional(facts, 'docker_client'),
    trouble: version === undefined ? lastLine(optional(facts, 'docker_trouble')) : undefined,
    source,
    ...(version === undefined ? {} : { components: readComponents(facts) }),
    containers: allOf(facts, 'container').map(readContainer),
  }
}

function readComponents(facts: Fields): DockerComponents {
  const named = (name: string) =>
    allOf(facts, 'docker_component')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1)
  return {
    apiMinimum: optional(facts, 'docker_api'),
    containerd: named('containerd'),
    runc: named('runc'),
    compose: optional(facts, 'docker_compose')?.replace(/^\d+:|[-+~].*$/g, ''),
  }
}

function readContainer(line: string): Container {
  const [name, image, state, health, restartPolicy, startedAt] = parse(line)
  return {
    name: text(name).replace(/^\//, ''),
    image: text(image),
    state: text(state),
    health: health === null ? undefined : text(health),
    restartPolicy: text(restartPolicy) || 'no',
    startedAt: text(startedAt),
  }
}

function parse(line: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) ? value : []
  } catch {
    throw new FieldError(`a container cannot be read: ${line.slice(0, 60)}`)
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new FieldError('a container cannot be read: docker inspect left something out')
  return value
}
