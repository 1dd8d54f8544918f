import { type ExitCode, RefusedError, UsageError } from '../../base/errors.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { RetireOptions } from '../../rebuild/options.ts'
import { retire } from '../../rebuild/retire.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import { assertIsTarget } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
import type { RebuildFlags, RetireRequest } from './flags.ts'
import {
  assertDataMigrated,
  type LoadedRebuild,
  loadRebuild,
  oldAnswerRest,
  otherThan,
  providerIn,
  servingEnvironment,
} from './load.ts'

/** `maestro rebuild retire`. Returns the exit code. */
export async function retireEnvironment({ flags, stop, environment }: RetireRequest): Promise<ExitCode> {
  const loaded = await loadRebuild(flags)
  const { failover } = loaded
  if (environment !== undefined) assertIsTarget(environment, loaded)
  const secrets = await failoverSecrets(failover.driver)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: environment === undefined ? 'rebuild retire' : `rebuild retire ${environment}`,
    loaded,
    passwords,
    subject: failover.address,
    operationFor: async (ctx) => {
      const driver = makeDriver(failover, secrets)
      const serving = await servingEnvironment(ctx, { failover, driver })
      const target = environment ?? otherThan(serving, loaded)
      return retire(await optionsFor(ctx, { opened: loaded, flags, target, driver }), secrets)
    },
    consent: () => ({
      dangers: ['destroying servers, with all data on them'],
      question: 'Destroy them?',
    }),
  })
}

type OptionsRequest = {
  readonly opened: LoadedRebuild
  readonly flags: RebuildFlags
  readonly target: string
  readonly driver: ReturnType<typeof makeDriver>
}

async function optionsFor(
  ctx: ApplicationContext,
  { opened: loaded, flags, target, driver }: OptionsRequest,
): Promise<RetireOptions> {
  const { failover } = loaded
  const manifest = loaded.manifestOf(target)
  const provider = providerIn(manifest)
  if (provider === null)
    throw new UsageError(
      `${manifest.path}: ${target} has no maestro.provider, so maestro created none of its servers`,
      {
        hint: 'destroy them with the tool that created them',
      },
    )
  assertDataMigrated(manifest, flags, `${target} is destroyed`)
  const rest = await oldAnswerRest(ctx, { failover, driver })
  if (rest.isKnown && rest.seconds > 0)
    throw new RefusedError(`the old DNS answer for ${failover.address} may be cached for ${rest.seconds} s more`, {
      hint: `clients may use ${target} until then: wait, and try again`,
    })
  const serving = await loaded.serversOf(otherThan(target, loaded))
  const inUse = serving.map(({ host }) => host).filter((host) => host !== '')
  return { failover, target, provider, inUse, waitSeconds: rest.seconds }
}
