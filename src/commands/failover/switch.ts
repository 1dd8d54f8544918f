import { type ExitCode, RefusedError } from '../../base/errors.ts'
import { checkExecutable } from '../../base/executable.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { runsFolder } from '../../cli/paths.ts'
import { failover as failoverOperation } from '../../failover/failover.ts'
import type { Hook } from '../../failover/hook.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { SwitchOptions } from '../../failover/options.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import type { SwitchFlags } from './flags.ts'
import { assertIsTarget, loadFailover } from './load.ts'
import { failoverSecrets } from './secrets.ts'
import { beforeLastSwitch } from './switch-history.ts'

type SwitchCommand = {
  readonly flags: SwitchFlags
  readonly stop: AbortSignal
  /** The environment; undefined: where it was before the last switch. */
  readonly to: string | undefined
}

/** `failover switch` and `failover rollback`. Returns the exit code. */
export async function switchFailover(switching: SwitchCommand): Promise<ExitCode> {
  const { flags, stop, to } = switching
  const loaded = await loadFailover(flags)
  const { failover, manifest } = loaded
  const target = to ?? (await previousEnvironment(failover.address))
  assertIsTarget(target, loaded)
  const secrets = await failoverSecrets(failover.driver)
  const hook = await preSwitchHook(manifest)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: to === undefined ? 'failover rollback' : `failover switch ${to}`,
    loaded,
    passwords,
    subject: failover.address,
    operationFor: async (ctx) => {
      const { environment: from } = await makeDriver(failover, secrets).read(ctx)
      const options: SwitchOptions = {
        kind: to === undefined ? 'rollback' : 'switch',
        failover,
        from,
        to: target,
        isForced: flags.force === true,
        rollsBack: flags.rollback !== false,
        ...(hook && { hook }),
      }
      return failoverOperation(options, secrets)
    },
    consent: () => ({
      dangers: flags.force === true ? [`moving ${failover.address}, which points at neither environment`] : [],
      question: `Move ${failover.address} to ${target}?`,
    }),
  })
}

async function previousEnvironment(address: string): Promise<string> {
  const from = await beforeLastSwitch(runsFolder(), address)
  if (typeof from === 'string') return from
  const why =
    from === null ? 'it pointed at neither environment before' : `this computer has no record of a switch of ${address}`
  throw new RefusedError(`no environment to roll back to: ${why}`, {
    hint: 'name it: maestro failover switch <environment>',
  })
}

/** `hooks.pre_switch`, which prepares an environment for traffic; throws where it is not executable. */
export async function preSwitchHook({ settings: { hooks, rollout } }: Manifest): Promise<Hook | undefined> {
  if (hooks.preSwitch === undefined) return undefined
  await checkExecutable(hooks.preSwitch, process.getuid?.())
  return { path: hooks.preSwitch, timeoutMs: rollout.stallTimeoutMs }
}
