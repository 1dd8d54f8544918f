import { RefusedError, UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { isDatabase } from '../../manifest/components.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { CommandProvider } from '../../provider/command-provider.ts'
import { answerSeconds, type IdleSide } from '../../rebuild/idle-environment.ts'
import { allGroups, type OpenedFailover, openFailover, takingFrom } from '../failover/load.ts'
import { oldAnswerUntilMs } from '../failover/switch-history.ts'
import type { RebuildFlags } from './command.ts'

/** The two environments of a failover, with all their servers. */
export interface OpenedRebuild extends OpenedFailover {
  readonly manifestOf: (environment: string) => Manifest
  /** Of an environment, as `<environment>/<name>`; `host` is empty for those that are still to be made. */
  readonly serversOf: (environment: string) => Promise<readonly Server[]>
}

/** Manifest, sides, servers, provider: everything that can be wrong before anybody is asked. */
export async function openRebuild(flags: RebuildFlags): Promise<OpenedRebuild> {
  const opened = await openFailover(flags, { mayLack: true })
  const { sides, failover } = opened
  const { serversOf } = takingFrom([...sides.values()], true)
  const manifestOf = (environment: string) => {
    const manifest = sides.get(environment)
    if (manifest === undefined) throw new RangeError(`no environment ${environment}`)
    return manifest
  }
  for (const { environment } of failover.sides) {
    const { provider } = manifestOf(environment).settings
    if (provider !== undefined) await checkExecutable(provider.command, process.getuid?.())
  }
  return {
    ...opened,
    manifestOf,
    serversOf: (environment) => {
      const manifest = manifestOf(environment)
      return serversOf(manifest, allGroups(manifest))
    },
  }
}

export const providerIn = ({ settings: { provider } }: Manifest): CommandProvider | null => provider ?? null

/** Throws a RefusedError where an environment has databases, and nobody says that their data is seen to. */
export function mustHandleData({ groups }: Manifest, { dataIsHandled }: RebuildFlags, what: string): void {
  const databases = groups.filter(({ kind, serverNames }) => isDatabase(kind) && serverNames.length > 0)
  if (databases.length === 0 || dataIsHandled === true) return
  throw new RefusedError(`${what}: the data of ${databases.map(({ name }) => name).join(', ')} is not carried over`, {
    hint: 'say --data-is-handled when it is seen to (hooks.before_switch can promote a replica)',
  })
}

/** The other one of the two. */
export function otherThan(environment: string, { failover, manifest }: OpenedRebuild): string {
  const other = failover.sides.find((side) => side.environment !== environment)
  if (other === undefined) throw new UsageError(`${manifest.path}: maestro.failover has no other side`)
  return other.environment
}

type Asked = Omit<IdleSide, 'environment'>

/** The environment that the failover address points at; throws a RefusedError where that is none of the two. */
export async function servingSide(at: ApplicationContext, { failover, driver }: Asked): Promise<string> {
  const { at: serving, says } = await driver.read(at)
  if (serving !== null) return serving
  throw new RefusedError(`${failover.address} points at ${says}: nobody knows which environment serves`, {
    hint: '`maestro failover switch <environment>` moves it to one of the two first',
  })
}

type Rest = {
  readonly seconds: number
  /** Whether this computer knows when the address was moved. */
  readonly isKnown: boolean
}

/** For how long an answer from before the last move may still be kept: by what is on record here, else as long as one of now. */
export async function oldAnswerRest(at: ApplicationContext, side: Asked): Promise<Rest> {
  const untilMs = await oldAnswerUntilMs(runsFolder(), side.failover.address)
  if (untilMs === undefined) return { seconds: await answerSeconds(at, side), isKnown: false }
  return { seconds: Math.max(0, Math.ceil((untilMs - Date.now()) / 1000)), isKnown: true }
}
