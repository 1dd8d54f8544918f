import { describeDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import { type ExpectedVersions, isExpected } from '../../checks/expected-versions.ts'
import type { Container, Docker } from '../../remote/facts/docker.ts'
import type { Fact, ServerFacts } from '../../remote/facts/facts.ts'
import type { PendingUpgrades } from '../../remote/facts/upgrades.ts'
import { isAlive, type Lock } from '../../remote/lock/lock.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'
import { paintFor, type Screen } from '../format/screen.ts'
import { wrap } from '../format/table.ts'
import { statusRow } from './row.ts'

type Row = readonly [label: string, text: string]

const labelColumns = 14

type Describing = { readonly screen: Screen; readonly wanted?: ExpectedVersions | undefined }

/** All known facts of one server, one per line, and where the manifest wants another version. */
export function describeServer(gathered: GatherResult, { screen, wanted }: Describing): string {
  const { server, attention } = statusRow(gathered)
  const title = `${paintFor(screen).strong(server)}  ${printable(`${gathered.server.host}  ${gathered.server.groups.join(', ')}`)}`
  if (gathered.status !== 'gathered') return [title, ...attention.map((text) => `  ${text}`)].join('\n')
  const facts = [...factsOf(gathered.facts, wanted), ...attention.map((text): Row => ['attention', text])]
  return [title, ...facts.flatMap((fact) => factLines(fact, screen))].join('\n')
}

function factLines([label, text]: Row, { columns }: Screen): readonly string[] {
  const room = columns === undefined ? Number.MAX_SAFE_INTEGER : Math.max(20, columns - labelColumns - 2)
  const lines = columns === undefined ? [printable(text)] : wrap(printable(text), room)
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(labelColumns)}${line}`)
}

function factsOf(look: ServerFacts, wanted: ExpectedVersions | undefined): readonly Row[] {
  return [
    ...facts('system', look.system, ({ name }) => [['system', name]]),
    ...facts('identity', look.identity, ({ uptimeSeconds, bootId, machineId }) => [
      ['up for', describeDuration(uptimeSeconds)],
      ['boot id', bootId],
      ['machine id', machineId],
    ]),
    ...facts('kernel', look.kernel, ({ running, newest }) => [['kernel', kernelText(running, newest)]]),
    ...facts('reboot flag', look.reboot, ({ isSet, packages }) => [
      ['reboot flag', isSet ? `set by ${packages.join(', ') || 'an unknown package'}` : 'not set'],
    ]),
    ...facts('upgrades', look.upgrades, updateFacts),
    ...facts('unattended', look.unattended, ({ isDaily, origins, lastRunAt }) => [
      ['unattended', isDaily ? `on, for ${origins.join(', ')}` : 'off'],
      ['last run', lastRunAt === undefined ? 'unknown' : `${describeDuration(look.at - lastRunAt)} ago`],
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
      ...drained.map((run): Row => ['drained', `by run ${run}`]),
    ]),
  ]
}

function facts<T>(label: string, fact: Fact<T> | undefined, toFacts: (value: T) => readonly Row[]): readonly Row[] {
  if (fact === undefined) return []
  return fact.status === 'known' ? toFacts(fact.value) : [[label, `unknown: ${fact.why}`]]
}

function dockerFacts(docker: Docker | null, wanted: string | undefined): readonly Row[] {
  if (docker === null) return [['docker', `none${against(undefined, wanted)}`]]
  const { version, source, components, containers } = docker
  const versions = [
    ['oldest API', components?.apiMinimum],
    ['containerd', components?.containerd],
    ['runc', components?.runc],
    ['compose', components?.compose],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
  return [
    ['docker', `${version ?? 'unknown'} (${source})${against(version, wanted)}`],
    ...(versions.length === 0 ? [] : [['with', versions.join(', ')] as const]),
    ...containers.map(containerFact),
  ]
}

const against = (version: string | undefined, wanted: string | undefined) =>
  wanted === undefined || (version !== undefined && isExpected(version, wanted)) ? '' : `; the manifest wants ${wanted}`

const kernelText = (running: string, newest: string | undefined) =>
  newest === undefined || newest === running ? running : `${running}, newest installed ${newest}`

const updateFacts = ({ security, otherCount, held, keptBack, listsAgeSeconds }: PendingUpgrades): readonly Row[] => [
  ...security.map(({ name, from, to, origin }): Row => ['security', `${name} ${from} -> ${to} (${origin})`]),
  ['other', `${otherCount} other upgrades`],
  ...held.map((name): Row => ['held', name]),
  ...keptBack.map(({ name, why }): Row => ['kept back', `${name} (${why})`]),
  ['lists', listsAgeSeconds === undefined ? 'never fetched' : `${describeDuration(listsAgeSeconds)} old`],
]

const containerFact = ({ name, image, state, health, restartPolicy }: Container): Row => [
  'container',
  `${name} (${image}): ${state}${health === undefined ? '' : `, ${health}`}, restart ${restartPolicy}`,
]

function signsOfLife(lock: Lock): string {
  if (lock.busy.length > 0) return `; ${lock.busy.join(', ')} is running`
  return isAlive(lock) ? '' : `; no sign of life for ${describeDuration(lock.quietSeconds)}`
}

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`
