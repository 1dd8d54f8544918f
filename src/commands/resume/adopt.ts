import { describeDuration } from '../../base/duration.ts'
import { type ExitCode, exitCodes, RefusedError, UsageError } from '../../base/errors.ts'
import { requireConsent } from '../../cli/consent.ts'
import { runEventPrinter } from '../../cli/json-output.ts'
import { runsFolder } from '../../cli/paths.ts'
import { screenOf } from '../../cli/terminal.ts'
import { readHistory } from '../../journal/history.ts'
import { createJournal } from '../../journal/journal.ts'
import { isRunId } from '../../journal/run-id.ts'
import { replay } from '../../journal/run-state.ts'
import { operationFor } from '../../operations/registry.ts'
import { makePlan } from '../../plan/make-plan.ts'
import type { Plan } from '../../plan/plan.ts'
import { renderPlan } from '../../report/run/plan.ts'
import { makeServerConnection } from '../../run/connection/connection.ts'
import { makePinnedFileReader } from '../../run/local/pinned-files.ts'
import { type JournalCopy, readJournalCopy } from '../../run/server/remote-journal.ts'
import { gatherFacts } from '../../run/session/gather-facts.ts'
import { applyPlan } from '../../workflow/apply.ts'
import { makeRun } from '../../workflow/make-run.ts'
import { runInfo } from '../../workflow/run-info.ts'
import { openConnectionsFor } from '../../workflow/targets/connections.ts'
import { selectTargets, type Targets, withServers } from '../../workflow/targets/targets.ts'
import { unavailablePeers } from '../../workflow/unavailable-peers.ts'
import type { ResumeFlags, ResumeRequest } from './flags.ts'

/** Goes on with a run whose journal is on another computer, or lost, by what it has left on the servers. Returns the exit code. */
export async function adopt({ run, flags, stop }: ResumeRequest): Promise<ExitCode> {
  refuseAdoption()
  if (run === undefined || !isRunId(run))
    throw new UsageError('--adopt needs the whole name of a run, like 20261123-091530-k3f9', {
      hint: '`maestro status --verbose` names the run of each lock and of each server out of service',
    })
  const chosen = await selectTargets(flags)
  const copies = await copiesOf(run, chosen, stop)
  const [first] = copies
  if (first === undefined) throw new UsageError(`no server of ${chosen.manifest.path} has anything of run ${run}`)
  const operation = operationFor(first.spec)
  const servers = copies.map(({ server }) => server)
  const plan = await planAgain(chosen, copies, stop)
  showPlan(plan, chosen, flags)
  await agreeToAdopt(run, copies, flags)
  if (plan.batches.length === 0) return exitCodes.ok
  const found = withServers(chosen, servers)
  const unavailable = await unavailablePeers(found, {
    operation,
    rollout: plan.rollout,
    working: plan.batches.flat(),
    looking: { flags, stop },
  })
  const journal = await createJournal(runsFolder(), plan, runInfo(`resume --adopt ${run}`, chosen.manifest), {
    run,
    onEvent: runEventPrinter(flags),
  })
  try {
    const events = copies.flatMap((copy) => copy.events)
    for (const { version: _, at: __, ...event } of events) await journal.write(event)
    const open = await makeRun({
      flags,
      stop,
      targets: found,
      otherServers: await chosen.find(operation.otherServers ?? []),
      operation,
      plan,
      journal,
      history: await readHistory(runsFolder(), plan.operation.name),
      previous: replay(events),
      takeovers: new Map(servers.map(({ name }) => [name, run])),
      unavailable,
      skipped: new Map(),
      lockWaitMs: 0,
      readPinnedFile: makePinnedFileReader(),
    })
    return await applyPlan(open)
  } finally {
    await journal.close()
  }
}

function showPlan(plan: Plan, { manifest }: Targets, flags: ResumeFlags): void {
  const options = { plan, operation: operationFor(plan.operation), inventory: manifest.servers }
  process.stdout.write(
    `${renderPlan({ ...options, screen: screenOf(process.stdout), isVerbose: flags.verbose === true })}\n\n`,
  )
}

async function agreeToAdopt(run: string, copies: readonly JournalCopy[], { yes }: ResumeFlags): Promise<void> {
  const quietSeconds = Math.min(...copies.map(({ lock }) => lock?.quietSeconds ?? Number.POSITIVE_INFINITY))
  const lastHeard = Number.isFinite(quietSeconds)
    ? `, whose controller was last heard of ${describeDuration(quietSeconds)} ago`
    : ''
  await requireConsent({
    isGiven: yes === true,
    dangers: [`taking the place of run ${run}${lastHeard}`],
    question: `Take the place of run ${run}${lastHeard}?`,
  })
}

// What one server says would be carried out on the others: a compromised server could steer them all.
function refuseAdoption(): void {
  throw new RefusedError('resume --adopt is refused for now: a run copy on one server can steer the other servers', {
    hint: 'resume the run on the computer that started it, or clear its locks with `maestro unlock` and start again',
  })
}

async function copiesOf(run: string, chosen: Targets, stop: AbortSignal): Promise<readonly JournalCopy[]> {
  const connections = openConnectionsFor(chosen, (question) => question())
  try {
    const copies = chosen.servers.map(async (server) => {
      const connection = makeServerConnection(server, (one) => connections.connect(one, stop), {
        password: chosen.passwords.sudo,
      })
      return readJournalCopy(server, connection, run).finally(connection.close)
    })
    return (await Promise.all(copies)).filter((copy) => copy !== undefined)
  } finally {
    await connections.close()
  }
}

// What the first controller had agreed upon is lost with it: what is due now is shown, and asked about anew.
async function planAgain(chosen: Targets, copies: readonly JournalCopy[], stop: AbortSignal): Promise<Plan> {
  const { manifest } = chosen
  const connections = openConnectionsFor(chosen, (question) => question())
  const [first] = copies
  if (first === undefined) throw new RangeError('a plan for no server')
  const operation = operationFor(first.spec)
  const servers = copies.map(({ server }) => server)
  try {
    const gathered = await gatherFacts({
      servers,
      facts: operation.facts,
      connect: connections.connect,
      password: chosen.passwords.sudo,
      inputs: operation.factInputs ?? {},
      stop,
      onResult: () => undefined,
    })
    const told = gathered.filter((one) => one.status === 'gathered')
    const plan = makePlan({
      operation,
      gathered: told,
      inventory: manifest.servers,
      rollout: manifest.settings.rollout,
      unavailable: new Set(),
    })
    return withStarted(plan, copies)
  } finally {
    await connections.close()
  }
}

// A server where something was begun, or whose lock is held, is brought to its end even where nothing more is due.
function withStarted(plan: Plan, copies: readonly JournalCopy[]): Plan {
  const planned = new Set(plan.batches.flat())
  const open = copies
    .filter(({ server, events, lock }) => !planned.has(server.name) && (lock !== undefined || events.length > 0))
    .map(({ server }) => server.name)
  return { ...plan, batches: [...open.map((name) => [name]), ...plan.batches] }
}
