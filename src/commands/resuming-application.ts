import type { ExitCode } from '../errors.ts'
import { failover, type SwitchOptions } from '../failover/failover.ts'
import type { About } from '../journal/events.ts'
import type { Reopened } from '../journal/journal.ts'
import { stateOf, untouched } from '../journal/run-state.ts'
import { ownerName } from './carry-out.ts'
import { carryOutFailover } from './carry-out-failover.ts'
import { lockAddress } from './failing-over.ts'
import { failoverSecrets } from './failover-secrets.ts'
import { openFailover } from './open-failover.ts'
import { passwordsFor } from './passwords.ts'
import type { Resuming } from './resuming.ts'

declare const MAESTRO_VERSION: string

type Work = Reopened & Pick<Resuming, 'flags' | 'stop'> & { readonly about: About }

/** Goes on with a switch: by what it was begun with, and by the servers and the key as they are to be had now. */
export async function resumeFailover({ journal, plan, events, flags, stop, about }: Work): Promise<ExitCode> {
  const options = plan.recipe.options as unknown as SwitchOptions
  const { manifest, environment } = about
  const opened = await openFailover({ manifest, ...(environment === undefined ? {} : { environment }) })
  const { address, driver } = options.failover
  const operation = failover(options, await failoverSecrets(driver))
  const passwords = await passwordsFor(flags)
  const unlock = lockAddress(address)
  try {
    await journal.write({ event: 'run-resumed', owner: ownerName(), version: MAESTRO_VERSION })
    const known = stateOf(events).servers.get(address) ?? untouched
    const foreseen = plan.foreseen[address] ?? []
    return await carryOutFailover({ flags, stop, opened, passwords, operation, foreseen, journal, known })
  } finally {
    unlock()
  }
}
