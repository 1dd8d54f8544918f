import { MaestroError } from '../errors.ts'
import type { About, Examined, PhaseTime } from '../run/examine-servers.ts'
import { allChanges, bad, type Check, ok, warn } from './check.ts'
import { describeDuration } from './duration.ts'
import { lookChecks, type Wanted } from './look-checks.ts'

/** What stands between one server and the commands, each with the line that puts it right. */
export function serverChecks(examined: Examined, wanted: Wanted): readonly Check[] {
  const { connection, look } = examined
  if (connection.is === 'failed') return [connectionFailed(connection.error, connection.phases)]
  const connected = ok('connection', aboutText(connection.about))
  if (look === undefined) return [connected]
  if (look instanceof MaestroError)
    return [connected, bad('tools', look.message, { stops: ['every command'], fix: look.hint })]
  return [connected, sudoCheck(examined), clockCheck(examined), ...lookChecks(look, wanted)]
}

function aboutText({ login, bastions, proof, hostKey, phases }: About): string {
  const over = bastions.length === 0 ? '' : ` over ${bastions.join(', ')}`
  return `${login}${over} by ${proof}; ${hostKey}; ${phasesText(phases)}`
}

export const phasesText = (phases: readonly PhaseTime[]): string =>
  phases
    .filter(({ durationMs }) => durationMs >= 0.5)
    .map(({ phase, durationMs }) => `${phase} ${milliseconds(durationMs)}`)
    .join(', ')

const milliseconds = (durationMs: number) =>
  durationMs < 10_000 ? `${Math.round(durationMs)} ms` : `${Math.round(durationMs / 1000)} s`

const connectionFailed = ({ message, hint }: MaestroError, phases: readonly PhaseTime[]): Check => {
  const times = phasesText(phases)
  return bad('connection', `${message}${times === '' ? '' : ` (${times})`}`, { stops: ['every command'], fix: hint })
}

function sudoCheck({ rootTrouble }: Examined): Check {
  if (rootTrouble === undefined) return ok('sudo', 'we can become root')
  return bad('sudo', rootTrouble.message, { stops: allChanges, fix: rootTrouble.hint })
}

const clockLimitSeconds = 5

function clockCheck({ aheadSeconds = 0 }: Examined): Check {
  const apart = Math.abs(aheadSeconds)
  if (apart <= clockLimitSeconds) return ok('clock', 'as here')
  const text = `${describeDuration(apart)} ${aheadSeconds > 0 ? 'ahead of' : 'behind'} this computer's clock: signatures and windows go by it`
  return warn('clock', text, 'timedatectl set-ntp true')
}
