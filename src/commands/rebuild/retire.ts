import { type ExitCode, RefusedError, UsageError } from '../../base/errors.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { RetireOptions } from '../../rebuild/options.ts'
import { retire } from '../../rebuild/retire.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import { assertIsTarget } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import type { RebuildFlags } from './flags.ts'
import {
  assertDataMigrated,
  type LoadedRebuild,
  loadRebuild,
  oldAnswerRest,
  otherThan,
  providerIn,
  servingEnvironment,
} from './load.ts'

/** The road of `maestro rebuild --retire`. Returns the exit code. */
export async function retireEnvironment(flags: RebuildFlags, stop: AbortSignal): Promise<ExitCode> {
  const loaded = await loadRebuild(flags)
  const { failover } = loaded
  const { retire: wanted } = flags
  if (typeof wanted === 'string') assertIsTarget(wanted, loaded)
  const secrets = await failoverSecrets(failover.driver)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: typeof wanted === 'string' ? `rebuild --retire ${wanted}` : 'rebuild --retire',
    loaded,
    passwords,
    subject: failover.address,
    operationFor: async (ctx) => {
      const driver = makeDriver(failover, secrets)
      const serving = await servingEnvironment(ctx, { failover, driver })
      const side = typeof wanted === 'string' ? wanted : otherThan(serving, loaded)
      return retire(await optionsFor(ctx, { opened: loaded, flags, side, driver }), secrets)
    },
    consent: () => ({
      dangers: ['servers are destroyed, with all that is on them'],
      question: 'Destroy them?',
    }),
  })
}

type RetireRequest = {
  readonly opened: LoadedRebuild
  readonly flags: RebuildFlags
  readonly side: string
  readonly driver: ReturnType<typeof makeDriver>
}

async function optionsFor(
  ctx: ApplicationContext,
  { opened: loaded, flags, side: target, driver }: RetireRequest,
): Promise<RetireOptions> {
  const { failover } = loaded
  const manifest = loaded.manifestOf(target)
  const provider = providerIn(manifest)
  if (provider === null)
    throw new UsageError(
      `${manifest.path}: ${target} has no maestro.provider, so maestro has made none of its servers`,
      {
        hint: 'servers of your own are yours to put away',
      },
    )
  assertDataMigrated(manifest, flags, `${target} is destroyed`)
  const rest = await oldAnswerRest(ctx, { failover, driver })
  if (rest.isKnown && rest.seconds > 0)
    throw new RefusedError(`the old answer for ${failover.address} may be kept for ${rest.seconds} s more`, {
      hint: `${target} may still be asked until then: wait for it`,
    })
  const serving = await loaded.serversOf(otherThan(target, loaded))
  const inUse = serving.map(({ host }) => host).filter((host) => host !== '')
  return { failover, target, provider, inUse, waitSeconds: rest.seconds }
}
