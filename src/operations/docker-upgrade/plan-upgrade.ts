import type { Verdict } from '../../plan/verdict.ts'
import { compareVersions } from '../../remote/debian-version.ts'
import { isEngine } from '../../remote/engine-version.ts'
import type { DockerCandidates } from '../../remote/facts/candidates.ts'
import type { Disk } from '../../remote/facts/disk.ts'
import type { Docker } from '../../remote/facts/docker.ts'
import type { Engine } from '../../remote/facts/engine.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { DockerChange, PackageChange } from './change.ts'
import { checkCompatibility, mustStopFirst } from './compatibility.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { distributionsOwn, dockersOwn, keptPackages, type Target } from './target-packages.ts'

export const dockerFacts = ['docker', 'engine', 'candidates', 'weave', 'dpkg', 'disk'] as const

type UpgradeFacts = {
  readonly docker: Docker | null
  readonly offers: DockerCandidates
  readonly engine: Engine
  readonly facts: ServerFacts
}

/** What the packages of Docker have to become on a server, or why not; everything that stands in the way is said before anything is done. */
export function planDocker(facts: ServerFacts, options: DockerUpgradeOptions): Verdict<DockerChange> {
  const { docker, engine, candidates } = facts
  if (docker?.status !== 'known')
    return { status: 'unknown', why: `the state of Docker is unknown: ${docker?.why ?? 'it was not gathered'}` }
  if (docker.value === null && (options.rollsBackTo || !options.installs))
    return {
      status: 'not-due',
      why: `there is no Docker${options.rollsBackTo ? '' : ' (`docker-upgrade --install` brings it)'}`,
    }
  const strange = docker.value === null ? undefined : sourceProblem(docker.value, options)
  if (strange !== undefined) return { status: 'blocked', why: strange }
  if (candidates?.status !== 'known')
    return {
      status: 'unknown',
      why: `the Docker versions in apt are unknown: ${candidates?.why ?? 'it was not gathered'}`,
    }
  if (engine?.status !== 'known')
    return { status: 'unknown', why: `the configuration of Docker is unknown: ${engine?.why ?? 'it was not gathered'}` }
  return weigh({ docker: docker.value, offers: candidates.value, engine: engine.value, facts: facts }, options)
}

function sourceProblem({ source }: Docker, { version, rollsBackTo }: DockerUpgradeOptions): string | undefined {
  if (source !== 'docker-ce' && source !== 'docker.io')
    return `Docker is a ${source} build, which apt does not upgrade: \`maestro rebuild\` brings docker-ce on a fresh server`
  if (rollsBackTo) return undefined
  if (source === 'docker.io' && version !== 'distribution')
    return `Docker is the distribution's docker.io, which has one version for each release: \`docker_version: distribution\` upgrades it, \`maestro rebuild\` brings docker-ce`
  if (source === 'docker-ce' && version === 'distribution')
    return "Docker is Docker's own docker-ce, and docker_version wants the distribution's: `maestro rebuild` changes that"
  return undefined
}

function weigh(ground: UpgradeFacts, options: DockerUpgradeOptions): Verdict<DockerChange> {
  const { docker, offers } = ground
  const wanted = targetFor(ground, options)
  if (wanted.status === 'missing') return { status: 'blocked', why: wanted.why }
  const runs = docker?.version
  const mustRestart = wanted.changes.length === 0 && runs !== undefined && !isEngine(runs, wanted.to)
  // What is installed and does not answer is not there.
  if (wanted.changes.length === 0 && !mustRestart && runs !== undefined)
    return { status: 'done', why: `Docker ${wanted.to} is there${newestText(wanted)}` }
  const held = offers.packages.find(
    ({ name, hold }) => hold === 'theirs' && wanted.changes.some((one) => one.name === name),
  )
  const { blockers, notes } = judgementOf(ground, wanted, options)
  const blocker = [
    ...downgradeProblem(wanted, options),
    ...(held === undefined
      ? []
      : [`${held.name} is held on the server, not by maestro: \`apt-mark unhold ${held.name}\` lets it go`]),
    ...silence(ground, options),
    ...blockers,
    ...roomProblem(ground, wanted.changes),
  ]
  if (blocker.length > 0) return { status: 'blocked', why: blocker.join('; ') }
  return { status: 'due', change: dueOf(ground, wanted, { notes, mustRestart, options }) }
}

function targetFor({ docker, offers }: UpgradeFacts, { rollsBackTo, version, installs }: DockerUpgradeOptions): Target {
  if (rollsBackTo) return keptPackages(offers)
  if (version === null) return { status: 'missing', why: 'the manifest names no docker_version' }
  if (docker?.source === 'docker.io') return distributionsOwn(offers)
  if (version === 'distribution')
    return { status: 'missing', why: "maestro installs Docker's own packages alone: name a version" }
  return dockersOwn(version, offers, installs)
}

type Found = Extract<Target, { status: 'found' }>

function downgradeProblem(
  { changes }: Found,
  { allowsDowngrade, rollsBackTo }: DockerUpgradeOptions,
): readonly string[] {
  if (allowsDowngrade || rollsBackTo) return []
  const down = changes.find(({ from, to }) => from !== null && compareVersions(to, from) < 0)
  return down === undefined
    ? []
    : [`${down.name} ${down.from} is newer than ${down.to}: \`--allow-downgrade\` goes back to that`]
}

// What is not known to run cannot be shown to run again; a way back out of that is what going back is for.
function silence({ docker }: UpgradeFacts, { rollsBackTo }: DockerUpgradeOptions): readonly string[] {
  if (docker === null || docker.version !== undefined || rollsBackTo) return []
  return [
    `Docker does not answer (${docker.trouble ?? 'no word'}), so what runs there is unknown: put that right first`,
  ]
}

function judgementOf({ engine, facts }: UpgradeFacts, { from, to }: Found, { weave, isSerial }: DockerUpgradeOptions) {
  const there = facts.weave?.status === 'known' ? facts.weave.value?.version : undefined
  const { info, config, socketUsers, isInLxc } = engine
  return checkCompatibility({ from, to, info, weave: weave?.version ?? there, config, socketUsers, isInLxc, isSerial })
}

const megabyte = 1024 ** 2
// Fetched, and kept for the way back; and what dpkg unpacks of the new beside the old.
const archiveBytes = 60 * megabyte
const unpackedBytes = 120 * megabyte

function roomProblem({ facts, engine }: UpgradeFacts, moves: readonly PackageChange[]): readonly string[] {
  if (facts.disk?.status !== 'known') return ['the disk space is unknown']
  const disks = facts.disk.value
  const isOne = !disks.some(({ path }) => path === '/var')
  const needed = (path: string) => {
    const inVar = path === '/var' || (isOne && path === '/') ? moves.length * archiveBytes : 0
    return inVar + (path === '/' ? moves.length * unpackedBytes : 0)
  }
  const short = disks
    .filter((disk) => disk.freeBytes < needed(disk.path))
    .map((disk) => shortText(disk, needed(disk.path)))
  const data = engine.info?.disk
  return [...short, ...(data !== undefined && data.freeBytes < 100 * megabyte ? [shortText(data, 100 * megabyte)] : [])]
}

const shortText = ({ path, freeBytes }: Disk, needed: number) =>
  `${path} has ${Math.floor(freeBytes / megabyte)} MB free, and ${Math.ceil(needed / megabyte)} MB may be needed`

const newestText = ({ to, newest }: Found) => (newest === to ? '' : `; the newest is ${newest}`)

type Deciding = {
  readonly notes: readonly string[]
  readonly mustRestart: boolean
  readonly options: DockerUpgradeOptions
}

function dueOf(
  { docker, offers, engine }: UpgradeFacts,
  wanted: Found,
  { notes, mustRestart, options }: Deciding,
): DockerChange {
  const { changes, from, to } = wanted
  const isRunning = docker?.containers.some(({ state }) => state === 'running') ?? false
  const word =
    options.version !== null && !options.rollsBackTo && options.version !== to
      ? ` (${options.version} in the manifest)`
      : ''
  return {
    packages: changes,
    from: from ?? null,
    to,
    stopsFirst: mustStopFirst({ from, to, info: engine.info }),
    holds: [...new Set([...offers.packages, ...changes].map(({ name }) => name))],
    needsRepository: offers.isStaged,
    title: `Docker ${from === undefined || from === to ? '' : `${from} -> `}${to}${word}${newestText(wanted)}`,
    notes: [
      ...(mustRestart ? [`it is installed, and ${docker?.version} still runs: it is started anew`] : []),
      ...(isRunning ? ['an upgrade in place stops the containers of the server; `maestro rebuild` avoids it'] : []),
      ...notes,
      ...(engine.fleeting.length === 0
        ? []
        : [`started with --rm, so gone once Docker stops: ${engine.fleeting.join(', ')}`]),
      ...(docker !== null && docker.version === undefined
        ? ['Docker does not answer: what runs now is not compared']
        : []),
      ...(engine.files.length === 0 ? [] : [`stay as they are, with a copy kept: ${engine.files.join(', ')}`]),
    ],
  }
}
