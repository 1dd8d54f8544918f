import { describeDuration } from '../../base/duration.ts'
import { type ExitCode, exitCodes, MaestroError } from '../../base/errors.ts'
import { printable } from '../../base/printable.ts'
import { mustConsent } from '../../cli/consent.ts'
import { exitCodeOfLook } from '../../cli/exit-code.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { createJournal, type Journal } from '../../journal/journal.ts'
import { isAlive, type Lock, lockFiles, readReleased } from '../../remote/lock/lock.ts'
import { type Line, makeLine } from '../../run/connection.ts'
import { lookAtServers, type Seen } from '../../run/gather-facts.ts'
import { aboutRun } from '../../workflow/apply.ts'
import { openConnectionsFor } from '../../workflow/connections.ts'
import { type Chosen, chooseServers } from '../../workflow/targets.ts'
import type { UnlockFlags } from './command.ts'

type Held = { readonly server: Server; readonly lock: Lock }

/** Finds the locks on the selected servers, and takes those away that may go and that somebody agrees to. Returns the exit code. */
export async function unlock(flags: UnlockFlags, stop: AbortSignal): Promise<ExitCode> {
  const chosen = await chooseServers(flags)
  const connections = openConnectionsFor(chosen, (question) => question())
  const connect = connections.connect
  try {
    const seen = await lookAtServers({
      servers: chosen.servers,
      parts: ['maestro'],
      connect,
      stop,
      onSeen: () => undefined,
      password: chosen.passwords.sudo,
    })
    const held = seen.flatMap(heldOn).filter(({ lock }) => flags.run === undefined || lock.run.startsWith(flags.run))
    const worst = tellLocks(held, seen, stop)
    const removable = held.filter(({ lock }) => flags.force === true || !isAlive(lock))
    if (removable.length === 0) return held.length === 0 ? worst : refuse(held)
    await mustConsent({
      isGiven: flags.yes === true,
      dangers: ['taking locks away'],
      question: `Take ${removable.length === 1 ? 'this lock' : `these ${removable.length} locks`} away?`,
    })
    const lineTo = (server: Server) =>
      makeLine(server, (one) => connect(one, stop), { password: chosen.passwords.sudo })
    const exitCode = await removeAll(removable, chosen, lineTo)
    if (held.length > removable.length) return refuse(held)
    return exitCode === exitCodes.ok ? worst : exitCode
  } finally {
    await connections.close()
  }
}

/** Tells what is locked and of whom that cannot be said, and returns the exit code of the look. */
function tellLocks(held: readonly Held[], seen: readonly Seen[], stop: AbortSignal): ExitCode {
  const unknown = seen.flatMap(whyUnknown)
  for (const one of held) say(`${one.server.name}: ${sayLock(one.lock)}`)
  for (const { server, why } of unknown) say(`${server.name}: ${why}`)
  const isAllKnown = unknown.length === 0 && !stop.aborted
  if (held.length === 0) say(isAllKnown ? 'no server is locked' : 'of those that could be asked none is locked')
  const hasSilent = unknown.some(({ isSeen }) => isSeen)
  return hasSilent && !stop.aborted ? exitCodes.failed : exitCodeOfLook(seen, { stop, isDue: undefined })
}

const say = (text: string) => process.stdout.write(`${printable(text)}\n`)

const heldOn = (seen: Seen): readonly Held[] =>
  seen.status === 'seen' && seen.look.maestro?.is === 'known' && seen.look.maestro.value.lock !== undefined
    ? [{ server: seen.server, lock: seen.look.maestro.value.lock }]
    : []

type Unknown = { readonly server: Server; readonly why: string; readonly isSeen: boolean }

function whyUnknown(seen: Seen): readonly Unknown[] {
  const { server } = seen
  if ('error' in seen) return [{ server, why: seen.error.message, isSeen: false }]
  if (seen.status !== 'seen' || seen.look.maestro?.is === 'known') return []
  return [{ server, why: `whether it is locked is unknown: ${seen.look.maestro?.why}`, isSeen: true }]
}

function sayLock(lock: Lock): string {
  const quiet = `last heard of ${describeDuration(lock.quietSeconds)} ago`
  const busy = lock.busy.length === 0 ? '' : `, ${lock.busy.join(', ')} works`
  return `locked by ${lock.owner}, run ${lock.run}, ${quiet}${busy}`
}

function refuse(held: readonly Held[]): ExitCode {
  const alive = held.filter(({ lock }) => isAlive(lock))
  process.stderr.write(
    `maestro: left alone, for the run is alive: ${alive.map(({ server }) => server.name).join(', ')} (--force takes the lock away all the same)\n`,
  )
  return exitCodes.refused
}

async function removeAll(
  held: readonly Held[],
  { manifest }: Chosen,
  lineTo: (server: Server) => Line,
): Promise<ExitCode> {
  const recipe = { name: 'unlock', options: {} }
  const { rollout } = manifest.settings
  const plan = { version: 1 as const, recipe, rollout, batches: [held.map(({ server }) => server.name)], foreseen: {} }
  const journal = await createJournal(runsFolder(), plan, aboutRun('unlock', manifest))
  try {
    const results = await Promise.all(held.map((one) => remove(one, journal, lineTo(one.server))))
    const exitCode = results.every(Boolean) ? exitCodes.ok : exitCodes.failed
    await journal.write({ event: 'run-ended', exitCode })
    return exitCode
  } finally {
    await journal.close()
  }
}

async function remove({ server, lock }: Held, journal: Journal, line: Line): Promise<boolean> {
  const inputs = { run: lock.run, controller: '', despite: 'yes' }
  try {
    await journal.write({ event: 'taking-over', server: server.name, from: lock.run })
    const { isReleased } = readReleased(
      await line.ask({ files: lockFiles.release, inputs, asRoot: true, timeoutMs: 60_000 }),
    )
    await journal.write({ event: 'unlocked', server: server.name })
    say(`${server.name}: ${isReleased ? 'unlocked' : 'was unlocked meanwhile'}`)
    return true
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
    say(`${server.name}: not unlocked: ${error.message}`)
    return false
  } finally {
    await line.close()
  }
}
