import { type ExitCode, RefusedError, UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import type { Hook } from '../../failover/hook.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { Rollout } from '../../manifest/settings.ts'
import { isOpen } from '../../manifest/window.ts'
import type { RebuildOptions } from '../../rebuild/options.ts'
import { rebuild } from '../../rebuild/rebuild.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import { frontendGroups } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import { preSwitchHook } from '../failover/switch.ts'
import type { RebuildEnvironmentFlags } from './flags.ts'
import {
  assertDataMigrated,
  type LoadedRebuild,
  loadRebuild,
  oldAnswerRest,
  otherThan,
  providerIn,
  servingEnvironment,
} from './load.ts'
import { provisionFor } from './provision.ts'

/** `maestro rebuild environment`. Returns the exit code. */
export async function rebuildEnvironment(flags: RebuildEnvironmentFlags, stop: AbortSignal): Promise<ExitCode> {
  const loaded = await loadRebuild(flags)
  const { failover, manifest } = loaded
  if (flags.dryRun !== true) assertInWindow(manifest)
  const secrets = await failoverSecrets(failover.driver)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: 'rebuild environment',
    loaded,
    passwords,
    subject: failover.address,
    operationFor: async (ctx) => {
      const driver = makeDriver(failover, secrets)
      const from = await servingEnvironment(ctx, { failover, driver })
      const { seconds } = await oldAnswerRest(ctx, { failover, driver })
      const options = await optionsFor({ opened: loaded, flags, from, seconds })
      return rebuild(options, secrets)
    },
    consent: () => ({
      dangers: [`rebuilding servers of ${manifest.path} and moving the traffic of ${failover.address} to them`],
      question: 'Rebuild them and move the traffic?',
    }),
  })
}

type RebuildRequest = {
  readonly opened: LoadedRebuild
  readonly flags: RebuildEnvironmentFlags
  /** The environment that serves. */
  readonly from: string
  readonly seconds: number
}

async function optionsFor({ opened: loaded, flags, from, seconds }: RebuildRequest): Promise<RebuildOptions> {
  const to = otherThan(from, loaded)
  const manifest = loaded.manifestOf(to)
  assertHealthCheck(manifest, loaded)
  assertDataMigrated(manifest, flags, `${to} is rebuilt`)
  const [servers, serving] = await Promise.all([loaded.serversOf(to), loaded.serversOf(from)])
  if (servers.length === 0) throw new UsageError(`${manifest.path}: ${to} has no servers`)
  const entrances = frontendGroups(manifest, loaded.failover.driver.kind)
  const isWritten = writtenTargets(manifest, to) !== undefined
  return {
    failover: loaded.failover,
    from,
    to,
    servers,
    entrances: isWritten
      ? []
      : servers.filter(({ groups }) => groups.some((one) => entrances.includes(one))).map(({ name }) => name),
    inUse: serving.map(({ host }) => host).filter((host) => host !== ''),
    waitSeconds: seconds,
    provider: providerIn(manifest),
    provision: await provisionFor(manifest),
    rollout: atOnce(manifest.settings.rollout),
    deploy: await deployHook(manifest),
    preSwitch: (await preSwitchHook(loaded.manifest)) ?? null,
    rollsBack: flags.rollback !== false,
  }
}

function writtenTargets({ settings: { failover } }: Manifest, environment: string): readonly string[] | undefined {
  if (failover === undefined) return undefined
  return failover.primary === environment ? failover.targets.primary : failover.targets.secondary
}

/** Throws a RefusedError outside of the manifest's windows. */
export function assertInWindow({ settings: { rollout } }: Manifest): void {
  if (isOpen(rollout.windows, new Date())) return
  throw new RefusedError(
    `outside the window (${rollout.windows.map(({ text }) => text).join(', ')}): nothing was changed`,
  )
}

// Never route traffic to an environment that failed its health check, or has none.
function assertHealthCheck({ settings: { health }, path }: Manifest, { failover }: LoadedRebuild): void {
  if (health !== undefined || failover.check !== undefined) return
  throw new UsageError(`${path}: no health check for a rebuilt environment`, {
    hint: 'set maestro.health for its servers, or maestro.failover.url for the environment as a whole',
  })
}

/** They get no traffic yet, so all at once; and a part of them is not an environment, so none may fail. */
export const atOnce = (rollout: Rollout): Rollout => ({
  ...rollout,
  strategy: 'parallel',
  maxFailures: 0,
  maxUnreachable: 0,
  pauseMs: 0,
  windows: [],
})

/** `hooks.deploy`, which deploys the application; throws where it is not executable. */
export async function deployHook({ settings: { hooks, rollout } }: Manifest): Promise<Hook | null> {
  if (hooks.deploy === undefined) return null
  await checkExecutable(hooks.deploy, process.getuid?.())
  return { path: hooks.deploy, timeoutMs: rollout.stallTimeoutMs }
}
