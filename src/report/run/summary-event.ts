import type { RunSummary } from '../../journal/read/read-run.ts'
import type { NewOutputEvent } from '../events/output-event.ts'

type RunOnRecord = Extract<NewOutputEvent, { readonly event: 'run' }>

/** A run on record in JSON. */
export function summaryEvent(summary: RunSummary): NewOutputEvent {
  const { run, info, startedAt, lastAt, exitCode, isOver, problem, endings } = summary
  return {
    event: 'run',
    run,
    status: statusOf(summary),
    command: info?.command,
    owner: info?.owner,
    maestroVersion: info?.maestroVersion,
    manifest: info?.manifest,
    environment: info?.environment,
    ...(startedAt !== '' && { startedAt, lastAt }),
    exitCode,
    isRolledBack: isOver,
    servers: Object.fromEntries(endings),
    problem,
  }
}

function statusOf({ exitCode, isRunning, problem, startedAt }: RunSummary): RunOnRecord['status'] {
  if (problem !== undefined) return 'unreadable'
  if (isRunning) return 'running'
  if (startedAt === '') return 'not-started'
  return exitCode === undefined ? 'broken-off' : 'ended'
}
