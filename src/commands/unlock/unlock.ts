import { describeDuration } from '../../base/duration.ts'
import { type ExitCode, exitCodes, MaestroError } from '../../base/errors.ts'
import { printable } from '../../base/printable.ts'
import { requireConsent } from '../../cli/consent.ts'
import { exitCodeOfUnlock } from '../../cli/exit-code.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { createJournal, type Journal } from '../../journal/journal.ts'
import { isAlive, type Lock, lockFiles, readReleased } from '../../remote/lock/lock.ts'
import { makeServerConnection, type ServerConnection } from '../../run/connection/connection.ts'
import { type GatherResult, gatherFacts } from '../../run/session/gather-facts.ts'
import { runInfo } from '../../workflow/apply.ts'
import { openConnectionsFor } from '../../workflow/connections.ts'
import { selectTargets, type Targets } from '../../workflow/targets.ts'
import type { UnlockFlags } from './flags.ts'

type Held = { readonly server: Server; readonly lock: Lock }

/** Finds the locks on the selected servers, and removes those of dead runs after consent. Returns the exit code. */
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
    const unreadableCount = printLocks(held, gathered, stop)
    const removable = held.filter(({ lock }) => flags.force === true || !isAlive(lock))
    const connectionTo = (server: Server) =>
      makeServerConnection(server, (one) => connect(one, stop), { password: chosen.passwords.sudo })
    const failedCount = removable.length === 0 ? 0 : await removeAll(removable, { chosen, flags, connectionTo })
    const kept = held.filter((one) => !removable.includes(one))
    if (kept.length > 0) printKept(kept)
    return exitCodeOfUnlock({ stop, gathered, unreadableCount, keptCount: kept.length, failedCount })
  } finally {
    await connections.close()
  }
}

/** Prints the locks and the servers whose lock is unknown; returns how many of those answered. */
function printLocks(held: readonly Held[], gathered: readonly GatherResult[], stop: AbortSignal): number {
  const unknown = gathered.flatMap(whyUnknown)
  for (const one of held) say(`${one.server.name}: ${describeLock(one.lock)}`)
  for (const { server, why } of unknown) say(`${server.name}: ${why}`)
  const isAllKnown = unknown.length === 0 && !stop.aborted
  if (held.length === 0) say(isAllKnown ? 'no server is locked' : 'no server that could be checked is locked')
  return unknown.filter(({ isSeen }) => isSeen).length
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
  return [{ server, why: `lock state unknown: ${gathered.look.maestro?.why}`, isSeen: true }]
}

function describeLock(lock: Lock): string {
  const quiet = `last sign of life ${describeDuration(lock.quietSeconds)} ago`
  const busy = lock.busy.length === 0 ? '' : `, ${lock.busy.join(', ')} is running`
  return `locked by ${lock.owner}, run ${lock.run}, ${quiet}${busy}`
}

function printKept(kept: readonly Held[]): void {
  const names = kept.map(({ server }) => server.name).join(', ')
  process.stderr.write(`maestro: not unlocked, because the run is alive: ${names} (--force removes the lock anyway)\n`)
}

type RemoveOptions = {
  readonly chosen: Targets
  readonly flags: UnlockFlags
  readonly connectionTo: (server: Server) => ServerConnection
}

/** Removes locks after consent; returns how many could not be removed. */
async function removeAll(held: readonly Held[], { chosen, flags, connectionTo }: RemoveOptions): Promise<number> {
  await requireConsent({
    isGiven: flags.yes === true,
    dangers: ['removing locks'],
    question: `Remove ${held.length === 1 ? 'this lock' : `these ${held.length} locks`}?`,
  })
  const { manifest } = chosen
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
    const failedCount = results.filter((isRemoved) => !isRemoved).length
    await journal.write({ event: 'run-ended', exitCode: failedCount === 0 ? exitCodes.ok : exitCodes.failed })
    return failedCount
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
    say(`${server.name}: ${isReleased ? 'unlocked' : 'was already unlocked'}`)
    return true
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
    say(`${server.name}: not unlocked: ${error.message}`)
    return false
  } finally {
    await connection.close()
  }
}
