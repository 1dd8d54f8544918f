import { type ExitCode, RefusedError, UsageError } from '../../base/errors.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { driverOf } from '../../failover/driver.ts'
import type { ApplicationContext, ApplicationOperation } from '../../plan/application.ts'
import { type RetireOptions, retire } from '../../rebuild/retire.ts'
import { changeApplication } from '../../workflow/application/change.ts'
import { mustBeSide } from '../failover/load.ts'
import { failoverSecrets } from '../failover/secrets.ts'
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

/** The road of `maestro rebuild --retire`. Returns the exit code. */
export async function retireSide(flags: RebuildFlags, stop: AbortSignal): Promise<ExitCode> {
  const opened = await openRebuild(flags)
  const { failover } = opened
  const { retire: wanted } = flags
  if (typeof wanted === 'string') mustBeSide(wanted, opened)
  const secrets = await failoverSecrets(failover.driver)
  const passwords = await passwordsFor(flags)
  return changeApplication({
    flags,
    stop,
    command: typeof wanted === 'string' ? `rebuild --retire ${wanted}` : 'rebuild --retire',
    opened,
    passwords,
    subject: failover.address,
    operationFor: async (at) => {
      const driver = driverOf(failover, secrets)
      const serving = await servingSide(at, { failover, driver })
      const side = typeof wanted === 'string' ? wanted : otherThan(serving, opened)
      return retire(await optionsFor(at, { opened, flags, side, driver }), secrets) as ApplicationOperation
    },
    consent: () => ({
      dangers: ['servers are destroyed, with all that is on them'],
      question: 'Destroy them?',
    }),
  })
}

type Making = {
  readonly opened: OpenedRebuild
  readonly flags: RebuildFlags
  readonly side: string
  readonly driver: ReturnType<typeof driverOf>
}

async function optionsFor(at: ApplicationContext, { opened, flags, side, driver }: Making): Promise<RetireOptions> {
  const { failover } = opened
  const manifest = opened.manifestOf(side)
  const provider = providerIn(manifest)
  if (provider === null)
    throw new UsageError(`${manifest.path}: ${side} has no maestro.provider, so maestro has made none of its servers`, {
      hint: 'servers of your own are yours to put away',
    })
  mustHandleData(manifest, flags, `${side} is destroyed`)
  const rest = await oldAnswerRest(at, { failover, driver })
  if (rest.isKnown && rest.seconds > 0)
    throw new RefusedError(`the old answer for ${failover.address} may be kept for ${rest.seconds} s more`, {
      hint: `${side} may still be asked until then: wait for it`,
    })
  const serving = await opened.serversOf(otherThan(side, opened))
  const inUse = serving.map(({ host }) => host).filter((host) => host !== '')
  return { failover, side, provider, inUse, waitSeconds: rest.seconds }
}
