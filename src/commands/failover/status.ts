import { type ExitCode, MaestroError } from '../../base/errors.ts'
import type { AskingFlags } from '../../cli/application-flags.ts'
import { exitCodeOfFailoverStatus } from '../../cli/exit-code.ts'
import { printEvent } from '../../cli/json-output.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { screenOf } from '../../cli/terminal.ts'
import { lookupDns } from '../../failover/dns-lookup.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { agreedTarget, type FailoverStatus, failoverEvent, renderFailoverStatus } from '../../report/failover.ts'
import { withApplicationContext } from '../../workflow/application/context.ts'
import { type LoadedFailover, loadFailover } from './load.ts'

/** Where the address points, by its driver and by every name server. Returns the exit code. */
export async function showFailover(flags: AskingFlags, stop: AbortSignal): Promise<ExitCode> {
  const loaded = await loadFailover(flags, { mayLack: true })
  const passwords = await passwordsFor(flags)
  const subject = loaded.failover.address
  return withApplicationContext({ loaded, subject, passwords, stop, onProgress: () => {} }, async (contextFor) => {
    const status = await statusOf(loaded, contextFor('status'))
    const exitCode = exitCodeOfFailoverStatus(status, { stop, asksDue: flags.exitCode === true })
    print(status, flags)
    return exitCode
  })
}

async function statusOf({ failover }: LoadedFailover, ctx: ApplicationContext): Promise<FailoverStatus> {
  const driver = makeDriver(failover, {})
  const [currentTarget, answers] = await Promise.all([
    driver.read(ctx).then(
      (current) => ({ status: 'read', pointing: current }) as const,
      (error: unknown) => ({ status: 'failed', error: problemIn(error) }) as const,
    ),
    lookupDns(ctx, failover),
  ])
  return { failover, driver: driver.description, currentTarget, answers }
}

function problemIn(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}

function print(status: FailoverStatus, { output, quiet }: AskingFlags): void {
  if (output === 'json') printEvent(failoverEvent(status))
  else if (!quiet || agreedTarget(status) === undefined)
    process.stdout.write(`${renderFailoverStatus(status, screenOf(process.stdout))}\n`)
}
