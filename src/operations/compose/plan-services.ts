import type { Verdict } from '../../plan/verdict.ts'
import type { ComposeState, DeployedService, ServiceContainer } from '../../remote/facts/compose.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { ComposeChange, ServiceChange } from './change.ts'
import type { DesiredServices } from './options.ts'

export const composeFacts = ['system', 'docker', 'compose'] as const

/** The first digits of an id, as Docker itself shows it, or of a revision. */
export const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12)

/** What is due of the services on a server by a look at it. */
export function planServices(facts: ServerFacts, wanted: DesiredServices): Verdict<ComposeChange> {
  const services = servicesIn(facts)
  if ('status' in services) return services
  const names = Object.keys(wanted.images)
  const reasons = names.flatMap((name) => reasonFor(name, services, wanted))
  const gone = wanted.isPart
    ? []
    : services.deployed.map(({ service }) => service).filter((one) => !names.includes(one))
  if (reasons.length === 0 && gone.length === 0)
    return { status: 'done', why: `revision ${short(wanted.revision)} of the services runs as it was rolled out` }
  return {
    status: 'due',
    change: {
      revision: wanted.revision,
      services: reasons.map(({ again: _, isNew: __, ...service }) => service),
      gone,
      again: reasons.filter(({ again }) => again).map(({ name }) => name),
      isNew: gone.length > 0 || reasons.some(({ isNew }) => isNew),
      hasWayBack: services.deployed.length > 0,
    },
  }
}

/** In lines of the plan. */
export function describeServices({ revision, services, gone, hasWayBack }: ComposeChange): readonly string[] {
  return [
    `services: revision ${short(revision)}`,
    ...services.map(describeService),
    ...gone.map((name) => `${name} goes: it is not in the file any more`),
    ...(hasWayBack ? [] : ['there is nothing to go back to: maestro rolls them out there for the first time']),
  ]
}

function describeService({ name, from, to, why }: ServiceChange): string {
  if (from === null) return `+ ${name}: ${to}${why === '' ? '' : ` (${why})`}`
  const was = `${from.image} (${short(from.id)})`
  return why === '' ? `${name}: ${was} -> ${to}` : `${name}: ${was} ${why}`
}

/** What Docker tells of the services, or why nothing can be done with them. */
export function servicesIn({ docker, system, compose }: ServerFacts): ComposeState | Verdict<never> {
  if (docker?.status !== 'known') return unknown('what Docker runs', docker?.why)
  if (docker.value === null) return { status: 'blocked', why: 'Docker is not installed' }
  const { trouble: problem, source } = docker.value
  if (problem !== undefined) return { status: 'blocked', why: `Docker does not answer: ${problem}` }
  if (compose?.status !== 'known') return unknown('what runs of the services', compose?.why)
  if (compose.value.compose !== undefined) return compose.value
  const install = installLine(source, system?.status === 'known' ? system.value.id : '')
  return { status: 'blocked', why: `Docker Compose is not installed: ${install}` }
}

const unknown = (what: string, why = 'it was not gathered'): Verdict<never> => ({
  status: 'unknown',
  why: `${what} cannot be told: ${why}`,
})

function installLine(source: string, system: string): string {
  if (source === 'docker-ce') return '`apt-get install docker-compose-plugin` there'
  if (source === 'docker.io' && system === 'ubuntu') return '`apt-get install docker-compose-v2` there'
  return 'see https://docs.docker.com/compose/install/linux/'
}

type Reason = ServiceChange & { readonly again: boolean; readonly isNew: boolean }

function reasonFor(
  name: string,
  services: ComposeState,
  { revision, images, pull }: DesiredServices,
): readonly Reason[] {
  const to = images[name] ?? ''
  const deployed = services.deployed.find(({ service }) => service === name)
  const containers = services.containers.filter(({ service }) => service === name)
  if (deployed === undefined) {
    const why = containers.length > 0 ? 'it runs, and maestro has not rolled it out' : ''
    return [{ name, from: null, to, why, again: false, isNew: true }]
  }
  const from = { image: deployed.image, id: deployed.id }
  const isNew = deployed.revision !== revision || pull
  const again = containers.some(({ health, state }) => state === 'running' && health === 'unhealthy')
  const why = unhealthyReason(deployed, containers)
  if (isNew) return [{ name, from, to, why: '', again: again && deployed.revision === revision, isNew }]
  return why === undefined ? [] : [{ name, from, to, why, again, isNew }]
}

/** Why what runs of a service is not what was rolled out, or not well; undefined where it is both. */
export function unhealthyReason(
  { id, configuration }: Pick<DeployedService, 'id' | 'configuration'>,
  containers: readonly ServiceContainer[],
): string | undefined {
  if (containers.length === 0) return 'has no container'
  const other = containers.find((one) => one.id !== id)
  if (other !== undefined) return `runs as ${short(other.id)}, which was not rolled out`
  if (containers.some((one) => one.configuration !== configuration)) return 'was changed by another hand'
  return containers.flatMap(problemOf)[0]
}

// What is about to find out how it is has its time.
function problemOf({ state, health, exitCode, restartPolicy }: ServiceContainer): readonly string[] {
  if (state === 'running') return health === 'unhealthy' ? ['is unhealthy'] : []
  if (state === 'exited' && exitCode === 0 && restartPolicy === 'no') return []
  return [state === 'exited' ? `has ended with exit code ${exitCode}` : `is ${state}`]
}
