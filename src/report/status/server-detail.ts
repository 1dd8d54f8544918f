import { describeDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import { isWanted, type Wanted } from '../../checks/expected-versions.ts'
import type { Container, Docker, Look, Told, Updates } from '../../remote/facts/facts.ts'
import { isAlive, type Lock } from '../../remote/lock/lock.ts'
import type { Seen } from '../../run/gather-facts.ts'
import { paintFor, type Screen } from '../format/screen.ts'
import { wrap } from '../format/table.ts'
import { statusLine } from './row.ts'

type Fact = readonly [label: string, text: string]

const labelColumns = 14

type Describing = { readonly screen: Screen; readonly wanted?: Wanted | undefined }

/** Everything that is known of one server, a fact a line, and what the manifest wants otherwise. */
export function describeServer(seen: Seen, { screen, wanted }: Describing): string {
  const { server, concerns } = statusLine(seen)
  const title = `${paintFor(screen).strong(server)}  ${printable(`${seen.server.host}  ${seen.server.groups.join(', ')}`)}`
  if (seen.status !== 'seen') return [title, ...concerns.map((text) => `  ${text}`)].join('\n')
  const facts = [...factsOf(seen.look, wanted), ...concerns.map((text): Fact => ['attention', text])]
  return [title, ...facts.flatMap((fact) => factLines(fact, screen))].join('\n')
}

function factLines([label, text]: Fact, { columns }: Screen): readonly string[] {
  const room = columns === undefined ? Number.MAX_SAFE_INTEGER : Math.max(20, columns - labelColumns - 2)
  const lines = columns === undefined ? [printable(text)] : wrap(printable(text), room)
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(labelColumns)}${line}`)
}

function factsOf(look: Look, wanted: Wanted | undefined): readonly Fact[] {
  return [
    ...facts('system', look.system, ({ name }) => [['system', name]]),
    ...facts('identity', look.identity, ({ uptimeSeconds, bootId, machineId }) => [
      ['up for', describeDuration(uptimeSeconds)],
      ['boot id', bootId],
      ['machine id', machineId],
    ]),
    ...facts('kernel', look.kernel, ({ running, newest }) => [['kernel', kernelText(running, newest)]]),
    ...facts('reboot flag', look.reboot, ({ isSet, packages }) => [
      ['reboot flag', isSet ? `set by ${packages.join(', ') || 'nobody named'}` : 'not set'],
    ]),
    ...facts('updates', look.updates, updateFacts),
    ...facts('nightly', look.unattended, ({ isDaily, origins, lastRunAt }) => [
      ['nightly', isDaily ? `on, for ${origins.join(', ')}` : 'off'],
      ['last night', lastRunAt === undefined ? 'not known' : `${describeDuration(look.at - lastRunAt)} ago`],
    ]),
    ...facts('disk', look.disk, (disks) =>
      disks.map(({ path, freeBytes, totalBytes }) => [
        'disk',
        `${path}: ${gigabytes(freeBytes)} free of ${gigabytes(totalBytes)}`,
      ]),
    ),
    ...facts('docker', look.docker, (docker) => dockerFacts(docker, wanted?.dockerVersion)),
    ...facts('weave', look.weave, (weave) => [
      ['weave', `${weave?.version ?? 'none'}${against(weave?.version, wanted?.weaveVersion)}`],
    ]),
    ...facts('maestro', look.maestro, ({ lock, drained }) => [
      [
        'lock',
        lock === undefined
          ? 'free'
          : `held by ${lock.owner}, run ${lock.run}, for ${describeDuration(look.at - lock.since)}${signsOfLife(lock)}`,
      ],
      ...drained.map((run): Fact => ['drained', `by run ${run}`]),
    ]),
  ]
}

function facts<T>(label: string, told: Told<T> | undefined, toFacts: (value: T) => readonly Fact[]): readonly Fact[] {
  if (told === undefined) return []
  return told.is === 'known' ? toFacts(told.value) : [[label, `unknown: ${told.why}`]]
}

function dockerFacts(docker: Docker | null, wanted: string | undefined): readonly Fact[] {
  if (docker === null) return [['docker', `none${against(undefined, wanted)}`]]
  const { version, source, components, containers } = docker
  const told = [
    ['oldest API', components?.apiMinimum],
    ['containerd', components?.containerd],
    ['runc', components?.runc],
    ['compose', components?.compose],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  return [
    ['docker', `${version ?? 'unknown'} (${source})${against(version, wanted)}`],
    ...(told.length === 0 ? [] : [['with', told.join(', ')] as const]),
    ...containers.map(containerFact),
  ]
}

const against = (version: string | undefined, wanted: string | undefined) =>
  wanted === undefined || (version !== undefined && isWanted(version, wanted)) ? '' : `; the manifest wants ${wanted}`

const kernelText = (running: string, newest: string | undefined) =>
  newest === undefined || newest === running ? running : `${running}, newest installed ${newest}`

const updateFacts = ({ security, otherCount, held, keptBack, listsAgeSeconds }: Updates): readonly Fact[] => [
  ...security.map(({ name, from, to, origin }): Fact => ['security', `${name} ${from} -> ${to} (${origin})`]),
  ['other', `${otherCount} upgrades that are not security`],
  ...held.map((name): Fact => ['held', name]),
  ...keptBack.map(({ name, why }): Fact => ['kept back', `${name} (${why})`]),
  ['lists', listsAgeSeconds === undefined ? 'never fetched' : `${describeDuration(listsAgeSeconds)} old`],
]

const containerFact = ({ name, image, state, health, restartPolicy }: Container): Fact => [
  'container',
  `${name} (${image}): ${state}${health === undefined ? '' : `, ${health}`}, restart ${restartPolicy}`,
]

function signsOfLife(lock: Lock): string {
  if (lock.busy.length > 0) return `; ${lock.busy.join(', ')} works`
  return isAlive(lock) ? '' : `; no sign of life for ${describeDuration(lock.quietSeconds)}`
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`
