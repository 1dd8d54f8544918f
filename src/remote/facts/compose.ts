import { allOf, FieldError, optional, required, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

/** What Docker Compose runs of the application's services, and what was rolled out. */
export interface ComposeState {
  /** Undefined: there is none. */
  readonly compose: { readonly version: string; readonly isPlugin: boolean } | undefined
  readonly deployed: readonly DeployedService[]
  /** What was deployed before that; the same as what is deployed once it was gone back to. */
  readonly before: readonly DeployedService[]
  /** Whether the files of the revision that was asked about are there. */
  readonly isStaged: boolean
  /** The images that were brought for it. */
  readonly asked: readonly AskedImage[]
  readonly containers: readonly ServiceContainer[]
}

/** One service as it was rolled out; ids are Docker's own, of 64 hex digits behind `sha256:`. */
export type DeployedService = {
  readonly service: string
  /** The checksum of the files that it was rolled out with. */
  readonly revision: string
  readonly image: string
  readonly id: string
  /** Compose's own checksum of its configuration. */
  readonly configuration: string
}

export interface AskedImage {
  readonly service: string
  readonly image: string
  readonly id: string
  readonly isPulled: boolean
}

export interface ServiceContainer {
  readonly service: string
  readonly name: string
  readonly id: string
  readonly image: string
  readonly configuration: string
  readonly state: string
  readonly exitCode: number
  readonly health: string | undefined
  readonly restartPolicy: string
}

export function readCompose(facts: Fields): ComposeState {
  const tool = optional(facts, 'compose_tool')
  return {
    compose:
      tool === undefined ? undefined : { version: required(facts, 'compose_version'), isPlugin: tool === 'plugin' },
    deployed: allOf(facts, 'compose_deployed').map(readDeployed),
    before: allOf(facts, 'compose_before').map(readDeployed),
    isStaged: yesOrNo(facts, 'compose_staged'),
    asked: allOf(facts, 'compose_asked').map(readAsked),
    containers: allOf(facts, 'compose_container').map(readContainer),
  }
}

/** The line of a service as it was rolled out, as the server keeps it. */
export const deployedLine = ({ service, revision, image, id, configuration }: DeployedService): string =>
  [service, revision, image, id, configuration].join('|')

function readDeployed(line: string): DeployedService {
  const [service, revision, image, id, configuration] = wordsOf(line, 5)
  return { service, revision, image, id, configuration }
}

function readAsked(line: string): AskedImage {
  const [service, image, id, isPulled] = wordsOf(line, 4)
  return { service, image, id, isPulled: isPulled === 'yes' }
}

function readContainer(line: string): ServiceContainer {
  const [service, name, id, image, configuration, state, exitCode, health, restartPolicy] = wordsOf(line, 10)
  return {
    service,
    name: name.replace(/^\//, ''),
    id,
    image,
    configuration,
    state,
    exitCode: Number(exitCode),
    health: health === '' ? undefined : health,
    restartPolicy: restartPolicy === '' ? 'no' : restartPolicy,
  }
}

type Words<Count extends number, Taken extends readonly string[] = []> = Taken['length'] extends Count
  ? Taken
  : Words<Count, [...Taken, string]>

function wordsOf<Count extends number>(line: string, count: Count): Words<Count> {
  const words = line.split('|')
  if (words.length !== count) throw new FieldError(`a service cannot be read: ${line.slice(0, 60)}`)
  return words as Words<Count>
}
