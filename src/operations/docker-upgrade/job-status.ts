import { MaestroError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import { type NamedVersion, named } from '../../remote/facts/candidates.ts'
import { allOf, FieldError, optional } from '../../remote/fields.ts'
import type { Fields } from '../../remote/response.ts'
import { jobInputs } from '../job/job-inputs.ts'
import { type Container, type ContainerSnapshot, tenthsOf } from './container-snapshot.ts'

/** How Docker stands, and how the job of this key has ended by its own word. */
export interface UpgradeJobStatus {
  /** Versions of the engine and its client; undefined: it does not answer, and there is no census. */
  readonly answers: { readonly server: string; readonly client: string; readonly census: ContainerSnapshot } | undefined
  readonly packages: readonly (NamedVersion & { readonly isWhole: boolean })[]
  readonly end: 'upgraded' | 'back' | undefined
  /** Why it went back. */
  readonly why: string | undefined
  /** Seconds for which the engine did not answer; undefined: not known. */
  readonly downSeconds: number | undefined
  /** Packages that came with it, as a dependency. */
  readonly came: readonly string[]
}

export async function requestJobStatus(ctx: ServerContext): Promise<UpgradeJobStatus> {
  const files = ['lib/docker-cli.sh', 'job/paths.sh', 'docker-upgrade/container-snapshot.sh']
  return readUpgradeJobStatus(await ctx.run({ files, inputs: jobInputs(ctx), asRoot: true, timeoutMs: 120_000 }))
}

/** Reads what `docker-upgrade/census.sh` told; throws a FactError for what cannot be read. */
export function readUpgradeJobStatus(facts: Fields): UpgradeJobStatus {
  const server = optional(facts, 'census_server')
  const end = optional(facts, 'census_end')
  return {
    answers:
      server === undefined
        ? undefined
        : { server, client: optional(facts, 'census_client') ?? 'unknown', census: readSnapshot(facts) },
    packages: allOf(facts, 'census_package').map((line) => {
      const [, before = '', state = ''] = /^(.*)\|([^|]*)$/.exec(line) ?? []
      return { ...named(before), isWhole: /^.i ?$/.test(state) }
    }),
    end: end === 'upgraded' || end === 'back' ? end : undefined,
    why: optional(facts, 'census_why'),
    downSeconds: downSeconds(allOf(facts, 'census_time')),
    came: allOf(facts, 'census_since'),
  }
}

// From the first stop to the last answer: in between it may have gone back.
function downSeconds(times: readonly string[]): number | undefined {
  const at = (word: string) =>
    times.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length)))
  const [down, up] = [at('down')[0], at('up').at(-1)]
  return down === undefined || up === undefined || up < down ? undefined : tenthsOf(up - down)
}

function readSnapshot(facts: Fields): ContainerSnapshot {
  const networks = listsById(allOf(facts, 'census_network'))
  const mounts = listsById(allOf(facts, 'census_mount'))
  return {
    containers: allOf(facts, 'census_container').map((line) => {
      const one = readContainer(line)
      return { ...one, networks: networks.get(one.id) ?? [], mounts: mounts.get(one.id) ?? [] }
    }),
    images: allOf(facts, 'census_image'),
    volumes: allOf(facts, 'census_volume'),
    networks: allOf(facts, 'census_all_networks'),
    drivers: optional(facts, 'census_driver') ?? '',
  }
}

function listsById(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>()
  for (const line of lines) {
    const [id = '', ...rest] = line.split(' ')
    lists.set(id, [...(lists.get(id) ?? []), rest.join(' ')].toSorted())
  }
  return lists
}

function readContainer(line: string): Omit<Container, 'networks' | 'mounts'> {
  const [id, name, image, state, health, policy, isRemoved, task, project, startedAt, finishedAt] = parse(line)
  const texts = [id, name, image, state, policy, startedAt, finishedAt]
  if (!texts.every((one) => typeof one === 'string'))
    throw new FieldError(`a container cannot be read: ${line.slice(0, 80)}`)
  const text = String
  return {
    id: text(id),
    name: text(name).replace(/^\//, ''),
    image: text(image),
    state: text(state),
    health: typeof health === 'string' ? health : null,
    restartPolicy: text(policy) || 'no',
    isFleeting: isRemoved === true || (typeof task === 'string' && task !== ''),
    project: typeof project === 'string' && project !== '' ? project : null,
    startedAt: text(startedAt),
    finishedAt: text(finishedAt),
  }
}

function parse(line: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) ? value : []
  } catch (cause) {
    throw new FieldError(`a container cannot be read: ${line.slice(0, 80)}`, { cause })
  }
}

/** Throws where Docker does not answer, so that nothing can be compared. */
export function assertAnswers({ answers }: UpgradeJobStatus): NonNullable<UpgradeJobStatus['answers']> {
  if (answers !== undefined) return answers
  throw new MaestroError('Docker does not answer', { hint: '`systemctl status docker` there' })
}
