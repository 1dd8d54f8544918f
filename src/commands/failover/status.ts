import { type ExitCode, MaestroError } from '../../base/errors.ts'
import type { AskingFlags } from '../../cli/application-flags.ts'
import { exitCodeOfFailoverStatus } from '../../cli/exit-code.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { screenOf } from '../../cli/terminal.ts'
import { lookUp } from '../../failover/dns-lookup.ts'
import { makeDriver } from '../../failover/make-driver.ts'
import type { CurrentTarget } from '../../failover/target.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { agreedTarget, type FailoverStatus, renderFailoverStatus } from '../../report/failover.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { withApplicationContext } from '../../workflow/application/apply.ts'
import { type LoadedFailover, loadFailover } from './load.ts'

/** Where the address points, by its driver and by every name server. Returns the exit code. */
export async function showFailover(flags: AskingFlags, stop: AbortSignal): Promise<ExitCode> {
  const loaded = await loadFailover(flags, { mayLack: true })
  const passwords = await passwordsFor(flags)
  const subject = loaded.failover.address
  return withApplicationContext({ loaded, subject, passwords, stop, onProgress: () => {} }, async (contextFor) => {
    const status = await statusOf(loaded, contextFor('status'))
    const exitCode = exitCodeOfFailoverStatus(status, { stop, asksDue: flags.exitCode === true })
    print(status, { flags, exitCode })
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
    lookUp(ctx, failover),
  ])
  return { failover, driver: driver.description, currentTarget, answers }
}

function problemIn(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}

function print(
  status: FailoverStatus,
  { flags, exitCode }: { readonly flags: AskingFlags; readonly exitCode: ExitCode },
): void {
  if (flags.output === 'json') {
    const { failover, driver, currentTarget, answers } = status
    const { address, targets } = failover
    const by =
      currentTarget.status === 'read'
        ? saidBy(currentTarget.pointing)
        : { at: null, error: { message: currentTarget.error.message, hint: currentTarget.error.hint } }
    const at = agreedTarget(status) ?? null
    process.stdout.write(
      eventLine('failover', { address, at, driver: { by: driver, ...by }, lookUp: answers, sides: targets }),
    )
    process.stdout.write(eventLine('end', { exitCode }))
    return
  }
  if (flags.quiet && agreedTarget(status) !== undefined) return
  process.stdout.write(`${renderFailoverStatus(status, screenOf(process.stdout))}\n`)
}

const saidBy = ({ environment, description, ttlSeconds }: CurrentTarget) => ({
  at: environment,
  says: description,
  ttlSeconds,
})
