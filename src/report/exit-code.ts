import { type ExitCode, exitCodes } from '../errors.ts'
import type { Seen } from '../run/look-at-servers.ts'

/** The exit code of a command that only looks: the worst that happened (a server failed > unreachable > due, when asked for). */
export function exitCodeOfLook(seen: readonly Seen[], isDue: ((seen: Seen) => boolean) | undefined): ExitCode {
  if (seen.some(({ status }) => status === 'failed')) return exitCodes.failed
  if (seen.some(({ status }) => status === 'unreachable')) return exitCodes.unreachable
  if (isDue !== undefined && seen.some(isDue)) return exitCodes.due
  return exitCodes.ok
}
