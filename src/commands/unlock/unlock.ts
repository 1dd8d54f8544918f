import { type ExitCode, exitCodes } from '../../base/errors.ts'
import { requireConsent } from '../../cli/consent.ts'
import { exitCodeOfUnlock } from '../../cli/exit-code.ts'
import { runEventPrinter } from '../../cli/json-output.ts'
import { runsFolder } from '../../cli/paths.ts'
import type { Server } from '../../inventory/server.ts'
import { createJournal, type Journal } from '../../journal/journal.ts'
import type { Outcome } from '../../plan/outcome.ts'
import { isAlive, lockFiles, readReleased } from '../../remote/lock/lock.ts'
import { makeServerConnection, type ServerConnection } from '../../run/connection/connection.ts'
import { failureFrom } from '../../run/outcome-from-error.ts'
import { type GatherResult, gatherFacts } from '../../run/session/gather-facts.ts'
import { runInfo } from '../../workflow/run-info.ts'
import { openConnectionsFor } from '../../workflow/targets/connections.ts'
import { selectTargets, type Targets } from '../../workflow/targets/targets.ts'
import type { UnlockFlags } from './flags.ts'
import { type Held, printLockEvents, printLocks, say, type Unknown } from './print-locks.ts'

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
    const unknown = gathered.flatMap(whyUnknown)
    if (flags.output === 'json') printLockEvents({ held, unknown }, chosen)
    else printLocks({ held, unknown }, stop)
    const removable = held.filter(({ lock }) => flags.force === true || !isAlive(lock))
    const connectionTo = (server: Server) =>
      makeServerConnection(server, (one) => connect(one, stop), { password: chosen.passwords.sudo })
    const failedCount = removable.length === 0 ? 0 : await removeAll(removable, { chosen, flags, connectionTo })
    const kept = held.filter((one) => !removable.includes(one))
    if (kept.length > 0) printKept(kept)
    const unreadableCount = unknown.filter(({ isSeen }) => isSeen).length
    return exitCodeOfUnlock({ stop, gathered, unreadableCount, keptCount: kept.length, failedCount })
  } finally {
    await connections.close()
  }
}

const heldOn = (gathered: GatherResult): readonly Held[] =>
  gathered.status === 'gathered' &&
  gathered.facts.maestro?.status === 'known' &&
  gathered.facts.maestro.value.lock !== undefined
    ? [{ server: gathered.server, lock: gathered.facts.maestro.value.lock }]
    : []

function whyUnknown(gathered: GatherResult): readonly Unknown[] {
  const { server } = gathered
  if ('error' in gathered) return [{ server, why: gathered.error.message, isSeen: false }]
  if (gathered.status !== 'gathered' || gathered.facts.maestro?.status === 'known') return []
  return [{ server, why: `lock state unknown: ${gathered.facts.maestro?.why}`, isSeen: true }]
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
  const journal = await createJournal(runsFolder(), plan, runInfo('unlock', manifest), {
    onEvent: runEventPrinter(flags),
  })
  try {
    const outcomes = await Promise.all(held.map((one) => removeOne(one, { journal, flags, connectionTo })))
    const failedCount = outcomes.filter(({ status }) => status !== 'changed').length
    const exitCode = failedCount === 0 ? exitCodes.ok : exitCodes.failed
    await journal.write({ event: 'run-ended', exitCode })
    // Nothing is left to resume: unlocking again asks the servers again.
    await journal.writeReport({ exitCode, isOver: true, outcomes: new Map() })
    return failedCount
  } finally {
    await journal.close()
  }
}

type RemoveOne = Pick<RemoveOptions, 'flags' | 'connectionTo'> & { readonly journal: Journal }

async function removeOne(held: Held, { journal, flags, connectionTo }: RemoveOne): Promise<Outcome> {
  const { name } = held.server
  const connection = connectionTo(held.server)
  try {
    const isReleased = await release(held, journal, connection)
    if (flags.output !== 'json') say(`${name}: ${isReleased ? 'unlocked' : 'was unlocked meanwhile'}`)
    return await end(name, { status: 'changed' }, journal)
  } catch (error) {
    const failure = failureFrom(error, 'unlock')
    if (flags.output !== 'json') say(`${name}: not unlocked: ${failure.why}`)
    return await end(name, failure, journal)
  } finally {
    await connection.close()
  }
}

async function release({ server, lock }: Held, journal: Journal, connection: ServerConnection): Promise<boolean> {
  const inputs = { run: lock.run, controller: '', force: 'yes' }
  await journal.write({ event: 'taking-over', server: server.name, from: lock.run })
  const script = { files: lockFiles.release, inputs, asRoot: true, timeoutMs: 60_000 }
  const { isReleased } = readReleased(await connection.run(script))
  await journal.write({ event: 'unlocked', server: server.name })
  return isReleased
}

async function end(server: string, outcome: Outcome, journal: Journal): Promise<Outcome> {
  await journal.write({ event: 'server-ended', server, outcome })
  return outcome
}
