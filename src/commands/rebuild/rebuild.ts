import { type ExitCode, RefusedError, UsageError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { driverOf } from '../../failover/driver.ts'
import type { Hook } from '../../failover/hook-step.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { Rollout } from '../../manifest/settings.ts'
import type { ApplicationOperation } from '../../plan/application.ts'
import { isOpen } from '../../plan/window.ts'
import type { RebuildOptions } from '../../rebuild/options.ts'
import { rebuild } from '../../rebuild/rebuild.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import { entranceGroups } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import { beforeSwitchHook } from '../failover/switch.ts'
import type { RebuildFlags } from './command.ts'
import {
  mustHandleData,
  type OpenedRebuild,
  oldAnswerRest,
  openRebuild,
  otherThan,
  providerIn,
  servingSide,
} from './load.ts'
import { provisionFor } from './provision.ts'

/** The road of `maestro rebuild`. Returns the exit code. */
export async function rebuildApplication(flags: RebuildFlags, stop: AbortSignal): Promise<ExitCode> {
  const opened = await openRebuild(flags)
  const { failover, manifest } = opened
  if (flags.dryRun !== true) mustBeInWindow(manifest)
  const secrets = await failoverSecrets(failover.driver)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: 'rebuild',
    opened,
    passwords,
    subject: failover.address,
    operationFor: async (at) => {
      const driver = driverOf(failover, secrets)
      const from = await servingSide(at, { failover, driver })
      const { seconds } = await oldAnswerRest(at, { failover, driver })
      const options = await optionsFor({ opened, flags, from, seconds })
      return rebuild(options, secrets) as ApplicationOperation
    },
    consent: () => ({
      dangers: [`${manifest.path}: servers are built anew, and the traffic of ${failover.address} moves there`],
      question: 'Do this?',
    }),
  })
}

type Making = {
  readonly opened: OpenedRebuild
  readonly flags: RebuildFlags
  /** The environment that serves. */
  readonly from: string
  readonly seconds: number
}

async function optionsFor({ opened, flags, from, seconds }: Making): Promise<RebuildOptions> {
  const to = otherThan(from, opened)
  const manifest = opened.manifestOf(to)
  mustShowThatItServes(manifest, opened)
  mustHandleData(manifest, flags, `${to} is built anew`)
  const [servers, serving] = await Promise.all([opened.serversOf(to), opened.serversOf(from)])
  if (servers.length === 0) throw new UsageError(`${manifest.path}: ${to} has no servers`)
  const entrances = entranceGroups(manifest, opened.failover.driver.kind)
  const isWritten = writtenTargets(manifest, to) !== undefined
  return {
    failover: opened.failover,
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
    beforeSwitch: (await beforeSwitchHook(opened.manifest)) ?? null,
    goesBack: flags.rollback !== false,
  }
}

function writtenTargets({ settings: { failover } }: Manifest, environment: string): readonly string[] | undefined {
  if (failover === undefined) return undefined
  return failover.primary === environment ? failover.targets.primary : failover.targets.secondary
}

/** Throws a RefusedError outside of the manifest's windows. */
export function mustBeInWindow({ settings: { rollout } }: Manifest): void {
  if (isOpen(rollout.windows, new Date())) return
  throw new RefusedError(
    `outside the window (${rollout.windows.map(({ text }) => text).join(', ')}): nothing was changed`,
  )
}

// Nobody is sent to where nothing has shown that it serves.
function mustShowThatItServes({ settings: { health }, path }: Manifest, { failover }: OpenedRebuild): void {
  if (health !== undefined || failover.check !== undefined) return
  throw new UsageError(`${path}: nothing says how a fresh side shows that it serves`, {
    hint: 'maestro.health says what its servers are asked, maestro.failover.url what is asked of it as a whole',
  })
}

/** They serve nobody yet: there is nothing to spare, and half of them are no side. */
export const atOnce = (rollout: Rollout): Rollout => ({
  ...rollout,
  strategy: 'parallel',
  maxFailures: 0,
  maxUnreachable: 0,
  pauseMs: 0,
  windows: [],
})

/** The program that deploys the application, once it is sure that it can be run. */
export async function deployHook({ settings: { hooks, rollout } }: Manifest): Promise<Hook | null> {
  if (hooks.deploy === undefined) return null
  await checkExecutable(hooks.deploy, process.getuid?.())
  return { path: hooks.deploy, timeoutMs: rollout.stallTimeoutMs }
}
