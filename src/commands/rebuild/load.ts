import { RefusedError, UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { isDatabase } from '../../manifest/components.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { CommandProvider } from '../../provider/command-provider.ts'
import { answerSeconds, type IdleEnvironment } from '../../rebuild/idle-environment.ts'
import { allGroups, type LoadedFailover, loadFailover, targetHealth } from '../failover/load.ts'
import { oldAnswerUntilMs } from '../failover/switch-history.ts'
import type { RebuildFlags } from './flags.ts'

/** The two environments of a failover, with all their servers. */
export interface LoadedRebuild extends LoadedFailover {
  readonly manifestOf: (environment: string) => Manifest
  /** Of an environment, as `<environment>/<name>`; `host` is empty for those that are still to be made. */
  readonly serversOf: (environment: string) => Promise<readonly Server[]>
}

/** Manifest, environments, servers, provider: everything that can be wrong before any server is contacted. */
export async function loadRebuild(flags: RebuildFlags): Promise<LoadedRebuild> {
  const loaded = await loadFailover(flags, { mayLack: true })
  const { targets, failover } = loaded
  const { serversOf } = targetHealth([...targets.values()], true)
  const manifestOf = (environment: string) => {
    const manifest = targets.get(environment)
    if (manifest === undefined) throw new RangeError(`no environment ${environment}`)
    return manifest
  }
  for (const { environment } of failover.targets) {
    const { provider } = manifestOf(environment).settings
    if (provider !== undefined) await checkExecutable(provider.command, process.getuid?.())
  }
  return {
    ...loaded,
    manifestOf,
    serversOf: (environment) => {
      const manifest = manifestOf(environment)
      return serversOf(manifest, allGroups(manifest))
    },
  }
}

export const providerIn = ({ settings: { provider } }: Manifest): CommandProvider | null => provider ?? null

/** Throws a RefusedError for an environment with databases, unless --data-migrated confirms their migration. */
export function assertDataMigrated({ groups }: Manifest, { dataMigrated }: RebuildFlags, what: string): void {
  const databases = groups.filter(({ kind, serverNames }) => isDatabase(kind) && serverNames.length > 0)
  if (databases.length === 0 || dataMigrated === true) return
  throw new RefusedError(`${what}: the data of ${databases.map(({ name }) => name).join(', ')} is not migrated`, {
    hint: 'pass --data-migrated once it is migrated (for example by hooks.pre_switch)',
  })
}

/** The other one of the two. */
export function otherThan(environment: string, { failover, manifest }: LoadedRebuild): string {
  const other = failover.targets.find((target) => target.environment !== environment)
  if (other === undefined) throw new UsageError(`${manifest.path}: maestro.failover has no other environment`)
  return other.environment
}

type Asked = Omit<IdleEnvironment, 'environment'>

/** The environment that the failover address points at; throws a RefusedError where that is none of the two. */
export async function servingEnvironment(ctx: ApplicationContext, { failover, driver }: Asked): Promise<string> {
  const { environment: serving, description } = await driver.read(ctx)
  if (serving !== null) return serving
  throw new RefusedError(`${failover.address} points at ${description}: unknown which environment gets traffic`, {
    hint: 'move it to one of the two first: maestro failover switch <environment>',
  })
}

type Rest = {
  readonly seconds: number
  /** Whether this computer knows when the address was moved. */
  readonly isKnown: boolean
}

/** For how long an answer from before the last move may still be kept: by what is on record here, else as long as one of now. */
export async function oldAnswerRest(ctx: ApplicationContext, side: Asked): Promise<Rest> {
  const untilMs = await oldAnswerUntilMs(runsFolder(), side.failover.address)
  if (untilMs === undefined) return { seconds: await answerSeconds(ctx, side), isKnown: false }
  return { seconds: Math.max(0, Math.ceil((untilMs - Date.now()) / 1000)), isKnown: true }
}
