import type { EngineInfo } from '../../remote/facts/engine.ts'
import { numbersOf } from './resolve-version.ts'

interface VersionChange {
  /** Versions of the engine; `from` is undefined where there is none yet. */
  readonly from: string | undefined
  readonly to: string
  readonly info: EngineInfo | undefined
}

/** What a change of the engine is held against. */
export interface UpgradeConditions extends VersionChange {
  /** The version of Weave that is there once all is done; undefined: none. */
  readonly weave: string | undefined
  /** The text of daemon.json. */
  readonly config: string | undefined
  /** Running containers that talk to Docker. */
  readonly socketUsers: readonly string[]
  readonly isInLxc: boolean
  /** Whether servers go one at a time over all groups. */
  readonly isSerial: boolean
}

/** What keeps an engine from being changed, and what people should know before it is; sentences. */
export interface Judgement {
  readonly blockers: readonly string[]
  readonly notes: readonly string[]
}

type Rule = (crossing: UpgradeConditions) => Partial<Judgement>

/** Holds a change of the engine against all that is known to break by it. */
export function checkCompatibility(crossing: UpgradeConditions): Judgement {
  const said = rules.map((rule) => rule(crossing))
  return {
    blockers: said.flatMap(({ blockers = [] }) => blockers),
    notes: said.flatMap(({ notes = [] }) => notes),
  }
}

const lowestApi = '1.12'

// The oldest API that an engine answers by itself, from that engine on (moby: api/common.go, daemon/config/config.go).
const apiMinimums = [
  { engine: '29.3', api: '1.40' },
  { engine: '29', api: '1.44' },
  { engine: '25', api: '1.24' },
] as const

// The API that a Weave speaks, from that release on: 2.8.1 was the last of its makers, then rajch/weave goes on.
const weaveApis = [
  { weave: '2.8.2', api: '1.24' },
  { weave: '0', api: '1.18' },
] as const

/** The oldest API that an engine answers by itself. */
export const apiMinimumOf = (engine: string): string =>
  apiMinimums.find((row) => isAtLeast(engine, row.engine))?.api ?? lowestApi

/** Compares number by number: 27.10 comes after 27.9. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(least)]
  const different = want.findIndex((number, index) => (have[index] ?? 0) !== number)
  return different === -1 || (have[different] ?? 0) > (want[different] ?? 0)
}

const majorOf = (version: string) => numbersOf(version)[0] ?? 0

/** The oldest API that it will answer, with what daemon.json says: engines from 29.3 on can be told, and none goes below 1.24. */
function apiAfter({ to, config }: UpgradeConditions): string {
  const own = apiMinimumOf(to)
  const told = isAtLeast(to, '29') ? settingOf(config, 'min-api-version') : undefined
  return typeof told === 'string' && /^1\.\d+$/.test(told) && isAtLeast(told, '1.24') ? told : own
}

const weave: Rule = (crossing) => {
  const { to, weave: version } = crossing
  if (version === undefined) return {}
  const speaks = weaveApis.find((row) => isAtLeast(version, row.weave))?.api ?? lowestApi
  const answers = apiAfter(crossing)
  if (isAtLeast(speaks, answers)) return {}
  const wayOut =
    speaks === '1.24'
      ? '`"min-api-version": "1.24"` in daemon.json lets it in, which nobody has shown to work with Weave: try it on one server'
      : isAtLeast(to, '29')
        ? 'Weave 2.9.0 of rajch/weave with Docker 28, or Docker 24'
        : 'Weave 2.9.0 of rajch/weave (`weave_version` in the manifest), or Docker 24'
  return {
    blockers: [`Docker ${to} answers no API before ${answers}, and Weave ${version} speaks ${speaks}: ${wayOut}`],
  }
}

const clients: Rule = (crossing) => {
  const { from, socketUsers } = crossing
  const before = from === undefined ? lowestApi : apiMinimumOf(from)
  const after = apiAfter(crossing)
  if (socketUsers.length === 0 || isAtLeast(before, after)) return {}
  return {
    notes: [
      `the oldest API that Docker answers becomes ${after} (${before} so far): these containers talk to it and may be too old: ${socketUsers.join(', ')}`,
    ],
  }
}

const imageStore: Rule = ({ from, to, info }) =>
  from !== undefined && info?.hasContainerdStore && !isAtLeast(to, '29')
    ? {
        blockers: [
          `its images lie in containerd's store, which Docker ${to} does not look into: they and their containers would be gone from sight; \`maestro rebuild\` goes back on a fresh server`,
        ],
      }
    : {}

const liveRestore: Rule = ({ from, to, info, config }) => {
  const isOn = info?.isLiveRestore === true || settingOf(config, 'live-restore') === true
  if (!isOn) return {}
  if (info !== undefined && info.swarm !== 'none')
    return {
      blockers: [
        'live-restore is on in a member of a swarm, with which Docker does not start: take it out of daemon.json',
      ],
    }
  if (from === undefined || majorOf(from) === majorOf(to))
    return { notes: ['live-restore is on: its containers go on running meanwhile'] }
  return {
    notes: [
      'live-restore is on, which leaves orphans over a change of the major version: its containers are stopped before, and started after',
    ],
  }
}

const swarm: Rule = ({ info, isSerial }) => {
  if (info === undefined || info.swarm === 'none') return {}
  if (info.swarm === 'manager' && !isSerial)
    return {
      blockers: [
        'it is a manager of a swarm, which loses its quorum where several managers are away: say --strategy serial',
      ],
    }
  return {
    notes: ['it is a member of a swarm, which moves its tasks: they are not expected back in the same containers'],
  }
}

const lxc: Rule = ({ isInLxc }) =>
  isInLxc
    ? {
        notes: [
          'it is an LXC container: runc from 1.3.3 on may not start containers in there (containerd issue 12484)',
        ],
      }
    : {}

const configuration: Rule = ({ config }) => {
  if (config === undefined || config.trim() === '' || settingsIn(config) !== undefined) return {}
  return {
    blockers: ['/etc/docker/daemon.json is no JSON, so that Docker would not start again: put that right first'],
  }
}

const rules: readonly Rule[] = [configuration, weave, imageStore, swarm, liveRestore, clients, lxc]

const settingOf = (config: string | undefined, name: string) => settingsIn(config)?.[name]

function settingsIn(config = '{}'): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(config)
    return value instanceof Object && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** Whether containers have to be stopped before the engine is: what goes on running would be nobody's after it. */
export const mustStopFirst = ({ from, to, info }: VersionChange): boolean =>
  from !== undefined && info?.isLiveRestore === true && majorOf(from) !== majorOf(to)
