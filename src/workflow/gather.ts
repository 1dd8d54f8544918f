import type { ChangeFlags } from '../cli/flags.ts'
import { mayDraw } from '../cli/terminal.ts'
import type { Operation } from '../plan/step.ts'
import { startProgress } from '../report/format/spinner.ts'
import { lookAtServers, type Seen } from '../run/gather-facts.ts'
import { openConnectionsFor } from './connections.ts'
import type { KeptSessions } from './session-cache.ts'
import type { Chosen } from './targets.ts'

export type Looking = {
  readonly flags: Pick<ChangeFlags, 'quiet' | 'refresh' | 'yes' | 'dryRun' | 'savePlan'>
  readonly stop: AbortSignal
  /** Absent: no session is kept. */
  readonly kept?: KeptSessions
}

/** The look that a plan is made of, at every server that was chosen. */
export async function seeAll(
  { parts, lookInputs = {}, refresh }: Pick<Operation, 'parts' | 'lookInputs' | 'refresh'>,
  chosen: Chosen,
  { flags, stop, kept }: Looking,
): Promise<readonly Seen[]> {
  const { servers, passwords } = chosen
  const isShown = mayDraw() && !flags.quiet
  const progress = await startProgress({ names: servers.map(({ name }) => name), stream: process.stderr, isShown })
  const connections = openConnectionsFor(chosen, progress.pause)
  const keeping = mayKeep(chosen, flags) ? kept : undefined
  const allParts = [...new Set([...parts, 'maestro' as const])]
  try {
    return await lookAtServers({
      servers,
      parts: allParts,
      connect: connections.connect,
      stop,
      onSeen: progress.onSeen,
      password: passwords.sudo,
      inputs: lookInputs,
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
const mayKeep = ({ servers, manifest }: Chosen, { yes, dryRun, savePlan }: Looking['flags']): boolean =>
  yes === true && dryRun !== true && savePlan === undefined && servers.length < manifest.settings.ssh.running / 2
