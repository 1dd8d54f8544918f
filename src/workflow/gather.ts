import type { ChangeFlags } from '../cli/flags.ts'
import { mayDraw } from '../cli/terminal.ts'
import type { Operation } from '../plan/operation.ts'
import { startSpinner } from '../report/format/spinner.ts'
import { type GatherResult, gatherFacts } from '../run/session/gather-facts.ts'
import { openConnectionsFor } from './targets/connections.ts'
import type { SessionCache } from './targets/session-cache.ts'
import type { Targets } from './targets/targets.ts'

export type GatherRequest = {
  readonly flags: Pick<ChangeFlags, 'quiet' | 'refresh' | 'yes' | 'dryRun' | 'savePlan'>
  readonly stop: AbortSignal
  /** Absent: no session is kept. */
  readonly sessions?: SessionCache
}

/** The look that a plan is made of, at every server that was chosen. */
export async function gatherAll(
  { facts, factInputs = {}, refresh }: Pick<Operation, 'facts' | 'factInputs' | 'refresh'>,
  chosen: Targets,
  { flags, stop, sessions }: GatherRequest,
): Promise<readonly GatherResult[]> {
  const { servers, passwords } = chosen
  const isShown = mayDraw() && !flags.quiet
  const progress = await startSpinner({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const keeping = mayKeep(chosen, flags) ? sessions : undefined
  const allParts = [...new Set([...facts, 'maestro' as const])]
  try {
    return await gatherFacts({
      servers,
      facts: allParts,
      connect: connections.connect,
      stop,
      onResult: progress.onResult,
      password: passwords.sudo,
      inputs: factInputs,
      prepare: flags.refresh === false ? undefined : refresh,
      keep: keeping?.keep,
    })
  } finally {
    progress.end()
    if (keeping === undefined) await connections.close()
    else keeping.over(connections)
  }
}

// Where a person is asked first, a line may be dead by the answer; and what is kept must leave room for the others.
const mayKeep = ({ servers, manifest }: Targets, { yes, dryRun, savePlan }: GatherRequest['flags']): boolean =>
  yes === true && dryRun !== true && savePlan === undefined && servers.length < manifest.settings.ssh.maxSessions / 2
