import { type ExitCode, exitCodes, MaestroError } from '../../base/errors.ts'
import type { AskingFlags } from '../../cli/application-flags.ts'
import { passwordsFor } from '../../cli/passwords.ts'
import { screenOf } from '../../cli/terminal.ts'
import { lookUp } from '../../failover/dns-lookup.ts'
import { driverOf } from '../../failover/driver.ts'
import type { Pointing } from '../../failover/target.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { LineError } from '../../plan/errors.ts'
import { agreeOn, renderStanding, type Standing } from '../../report/failover.ts'
import { eventLine } from '../../report/format/json-events.ts'
import { onApplication } from '../../workflow/application/apply.ts'
import { type OpenedFailover, openFailover } from './load.ts'

/** Where the address points, by its driver and by every name server. Returns the exit code. */
export async function showFailover(flags: AskingFlags, stop: AbortSignal): Promise<ExitCode> {
  const opened = await openFailover(flags, { mayLack: true })
  const passwords = await passwordsFor(flags)
  const subject = opened.failover.address
  return onApplication({ opened, subject, passwords, stop, onDoing: () => {} }, async (contextFor) => {
    const standing = await standingOf(opened, contextFor('status'))
    const exitCode = exitCodeOf(standing, { flags, stop })
    print(standing, { flags, exitCode })
    return exitCode
  })
}

async function standingOf({ failover }: OpenedFailover, at: ApplicationContext): Promise<Standing> {
  const driver = driverOf(failover, {})
  const [told, answers] = await Promise.all([
    driver.read(at).then(
      (pointing) => ({ is: 'read', pointing }) as const,
      (error: unknown) => ({ is: 'failed', error: troubleIn(error) }) as const,
    ),
    lookUp(at, failover),
  ])
  return { failover, driver: driver.words, told, answers }
}

function troubleIn(error: unknown): MaestroError {
  if (error instanceof MaestroError) return error
  throw error
}

type Asked = { readonly flags: AskingFlags; readonly stop: AbortSignal }

function exitCodeOf(standing: Standing, { flags, stop }: Asked): ExitCode {
  if (stop.aborted) return stop.reason
  const { told } = standing
  if (told.is === 'failed') return told.error instanceof LineError ? exitCodes.unreachable : exitCodes.failed
  return flags.exitCode === true && agreeOn(standing) === undefined ? exitCodes.due : exitCodes.ok
}

function print(
  standing: Standing,
  { flags, exitCode }: { readonly flags: AskingFlags; readonly exitCode: ExitCode },
): void {
  if (flags.output === 'json') {
    const { failover, driver, told, answers } = standing
    const { address, sides } = failover
    const by =
      told.is === 'read'
        ? saidBy(told.pointing)
        : { at: null, error: { message: told.error.message, hint: told.error.hint } }
    const at = agreeOn(standing) ?? null
    process.stdout.write(eventLine('failover', { address, at, driver: { by: driver, ...by }, lookUp: answers, sides }))
    process.stdout.write(eventLine('end', { exitCode }))
    return
  }
  if (flags.quiet && agreeOn(standing) !== undefined) return
  process.stdout.write(`${renderStanding(standing, screenOf(process.stdout))}\n`)
}

const saidBy = ({ at, says, ttlSeconds }: Pointing) => ({ at, says, ttlSeconds })
