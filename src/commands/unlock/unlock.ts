import { describeDuration } from '../../base/duration.ts'
import { type ExitCode, exitCodes, MaestroError } from '../../base/errors.ts'
import { printable } from '../../base/printable.ts'
import { requireConsent } from '../../cli/consent.ts'
import { exitCodeOfInspection } from '../../cli/exit-code.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { createJournal, type Journal } from '../../journal/journal.ts'
import { isAlive, type Lock, lockFiles, readReleased } from '../../remote/lock/lock.ts'
import { makeServerConnection, type ServerConnection } from '../../run/connection/connection.ts'
import { type GatherResult, gatherFacts } from '../../run/session/gather-facts.ts'
import { openConnectionsFor } from '../../workflow/connections.ts'
import { runInfo } from '../../workflow/run-info.ts'
import { selectTargets, type Targets } from '../../workflow/targets.ts'
import type { UnlockFlags } from './flags.ts'

type Held = { readonly server: Server; readonly lock: Lock }

/** Finds the locks on the selected servers, and takes those away that may go and that somebody agrees to. Returns the exit code. */
export async function unlock(flags: UnlockFlags, stop: AbortSignal): Promise<ExitCode> {
  const chosen = await selectTargets(flags)
  const connections = openConnectionsFor(chosen, (question) => question())
  const connect = connections.connect
  try {
    const gathered = await gatherFacts({
      servers: chosen.servers,
      facts: ['maestro'],
      connect,
      stop,
      onResult: () => undefined,
      password: chosen.passwords.sudo,
    })
    const held = gathered
      .flatMap(heldOn)
      .filter(({ lock }) => flags.run === undefined || lock.run.startsWith(flags.run))
    const worst = tellLocks(held, gathered, stop)
    const removable = held.filter(({ lock }) => flags.force === true || !isAlive(lock))
    if (removable.length === 0) return held.length === 0 ? worst : refuse(held)
    await requireConsent({
      isGiven: flags.yes === true,
      dangers: ['taking locks away'],
      question: `Take ${removable.length === 1 ? 'this lock' : `these ${removable.length} locks`} away?`,
    })
    const connectionTo = (server: Server) =>
      makeServerConnection(server, (one) => connect(one, stop), { password: chosen.passwords.sudo })
    const exitCode = await removeAll(removable, chosen, connectionTo)
    if (held.length > removable.length) return refuse(held)
    return exitCode === exitCodes.ok ? worst : exitCode
  } finally {
    await connections.close()
  }
}

/** Tells what is locked and of whom that cannot be said, and returns the exit code of the look. */
function tellLocks(held: readonly Held[], gathered: readonly GatherResult[], stop: AbortSignal): ExitCode {
  const unknown = gathered.flatMap(whyUnknown)
  for (const one of held) say(`${one.server.name}: ${describeLock(one.lock)}`)
  for (const { server, why } of unknown) say(`${server.name}: ${why}`)
  const isAllKnown = unknown.length === 0 && !stop.aborted
  if (held.length === 0) say(isAllKnown ? 'no server is locked' : 'of those that could be asked none is locked')
  const hasSilent = unknown.some(({ isSeen }) => isSeen)
  return hasSilent && !stop.aborted ? exitCodes.failed : exitCodeOfInspection(gathered, { stop, isDue: undefined })
}

const say = (text: string) => process.stdout.write(`${printable(text)}\n`)

const heldOn = (gathered: GatherResult): readonly Held[] =>
  gathered.status === 'seen' &&
  gathered.look.maestro?.status === 'known' &&
  gathered.look.maestro.value.lock !== undefined
    ? [{ server: gathered.server, lock: gathered.look.maestro.value.lock }]
    : []

type Unknown = { readonly server: Server; readonly why: string; readonly isSeen: boolean }

function whyUnknown(gathered: GatherResult): readonly Unknown[] {
  const { server } = gathered
  if ('error' in gathered) return [{ server, why: gathered.error.message, isSeen: false }]
  if (gathered.status !== 'seen' || gathered.look.maestro?.status === 'known') return []
  return [{ server, why: `whether it is locked is unknown: ${gathered.look.maestro?.why}`, isSeen: true }]
}

function describeLock(lock: Lock): string {
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
  { manifest }: Targets,
  connectionTo: (server: Server) => ServerConnection,
): Promise<ExitCode> {
  const operation = { name: 'unlock', options: {} }
  const { rollout } = manifest.settings
  const plan = {
    version: 1 as const,
    operation,
    rollout,
    batches: [held.map(({ server }) => server.name)],
    planned: {},
  }
  const journal = await createJournal(runsFolder(), plan, runInfo('unlock', manifest))
  try {
    const results = await Promise.all(held.map((one) => remove(one, journal, connectionTo(one.server))))
    const exitCode = results.every(Boolean) ? exitCodes.ok : exitCodes.failed
    await journal.write({ event: 'run-ended', exitCode })
    return exitCode
  } finally {
    await journal.close()
  }
}

async function remove({ server, lock }: Held, journal: Journal, connection: ServerConnection): Promise<boolean> {
  const inputs = { run: lock.run, controller: '', despite: 'yes' }
  try {
    await journal.write({ event: 'taking-over', server: server.name, from: lock.run })
    const { isReleased } = readReleased(
      await connection.run({ files: lockFiles.release, inputs, asRoot: true, timeoutMs: 60_000 }),
    )
    await journal.write({ event: 'unlocked', server: server.name })
    say(`${server.name}: ${isReleased ? 'unlocked' : 'was unlocked meanwhile'}`)
    return true
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
    say(`${server.name}: not unlocked: ${error.message}`)
    return false
  } finally {
    await connection.close()
  }
}
