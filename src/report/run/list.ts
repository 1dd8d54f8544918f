import { describeDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import type { JournalEvent } from '../../journal/events.ts'
import type { RunSummary } from '../../journal/read/read-run.ts'
import { replay, type ServerState } from '../../journal/run-state.ts'
import type { Screen } from '../format/screen.ts'
import { renderTable } from '../format/table.ts'
import { indentedLines, valueLines } from './proof.ts'

/** Every run in a line of its own, the newest first. */
export function renderRuns(runs: readonly RunSummary[], { columns }: Screen): string {
  const rows = runs.map((run) => [
    run.run,
    localTime(run.startedAt),
    printable(run.info?.command ?? '?'),
    printable(run.info?.environment ?? ''),
    howItEnded(run),
    printable([endsOf(run), whatNext(run)].filter((text) => text !== '').join('; ')),
  ])
  return renderTable({
    head: ['RUN', 'STARTED', 'COMMAND', 'ENVIRONMENT', 'ENDED', 'SERVERS'],
    rows,
    widthColumns: columns,
  })
}

function howItEnded({ exitCode, isRunning, problem, startedAt }: RunSummary): string {
  if (problem !== undefined) return 'cannot be read'
  if (isRunning) return 'running'
  if (startedAt === '') return 'killed before it started'
  if (exitCode === undefined) return 'interrupted'
  return exitCode === 0 ? 'ok' : `exit ${exitCode}`
}

function whatNext({ exitCode, isOver, isRunning, run, problem, startedAt }: RunSummary): string {
  if (problem !== undefined) return problem
  if (isRunning || exitCode === 0) return ''
  if (isOver) return 'it was rolled back'
  return startedAt === '' ? 'nothing was changed' : `resume with: maestro resume ${run}`
}

const endsOf = ({ endings }: RunSummary) =>
  [...endings].map(([status, count]) => `${count} ${status.replace('-', ' ')}`).join(', ')

const localTime = (at: string) => {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '?' : date.toLocaleString('sv-SE').slice(0, 16)
}

/** One run: who did what, how each server ended, what was proved, and what is still open. */
export function renderRun(summary: RunSummary, events: readonly JournalEvent[], screen: Screen): string {
  const { info, startedAt, lastAt } = summary
  const took = startedAt === '' ? 'no time' : describeDuration(secondsFrom(startedAt, lastAt))
  const head = [
    `run ${summary.run}: ${info?.command ?? '?'}, ${howItEnded(summary)}`,
    ...[whatNext(summary)].filter((text) => text !== '').map((text) => `  ${text}`),
    `  by ${info?.owner ?? '?'} with maestro ${info?.maestroVersion ?? '?'}, ${localTime(startedAt)}, took ${took}`,
    `  ${info?.manifest ?? '?'}${info?.environment === undefined ? '' : `, ${info.environment}`}`,
  ]
  const times = timesOf(events)
  const servers = [...replay(events).servers].map(([name, state]) =>
    serverText(`${name}  ${howItStands(state, times.get(name) ?? '')}`, state, screen),
  )
  return [head.map((line) => indentedLines(0, line, screen)).join('\n'), ...servers].join('\n\n')
}

const secondsFrom = (since: string, until: string) => (Date.parse(until) - Date.parse(since)) / 1000

// From the first step of a server to its end, as far as it came; what lay between two processes counts.
function timesOf(events: readonly JournalEvent[]): ReadonlyMap<string, string> {
  const began = new Map<string, string>()
  const times = new Map<string, string>()
  for (const event of events) {
    if (event.event === 'step-started' && !began.has(event.server)) began.set(event.server, event.at)
    const since = event.event === 'server-ended' ? began.get(event.server) : undefined
    if (event.event === 'server-ended' && since !== undefined)
      times.set(event.server, `, ${describeDuration(secondsFrom(since, event.at))}`)
  }
  return times
}

function howItStands({ outcome }: ServerState, took: string): string {
  const status = outcome?.status.replace('-', ' ') ?? 'interrupted'
  const why = outcome !== undefined && 'why' in outcome && outcome.why ? `: ${outcome.why}` : ''
  return `${status}${took}${why}`
}

function serverText(head: string, { steps, drains, isLocked }: ServerState, screen: Screen): string {
  const done = [...steps].flatMap(([id, { isVerified, evidence }]) => [
    { indent: 2, text: `${id}: ${isVerified ? 'verified' : 'started, not verified'}` },
    ...(isVerified ? valueLines(evidence) : []).map((text) => ({ indent: 4, text })),
  ])
  const open = [
    ...[...drains.keys()].map((drain) => `${drain}: drained and not restored`),
    ...(isLocked ? ['its lock may still exist: maestro resume, or maestro unlock'] : []),
  ]
  return [{ indent: 0, text: head }, ...done, ...open.map((text) => ({ indent: 2, text }))]
    .map(({ indent, text }) => indentedLines(indent, text, screen))
    .join('\n')
}

/** What happened on one server, each thing with the time since the run began and what was noted of it below. */
export function renderLogs(events: readonly JournalEvent[], beganAt: string, screen: Screen): string {
  return events.flatMap((event) => logOf(event, beganAt, screen)).join('\n')
}

/** One event of a run as it goes on, with the server that it is of. */
export function renderEvent(event: JournalEvent, beganAt: string, screen: Screen): string {
  const server = 'server' in event ? `${event.server}: ` : ''
  const { words } = toldBy(event)
  const why = event.event === 'server-ended' && 'why' in event.outcome ? `: ${event.outcome.why ?? ''}` : ''
  return indentedLines(0, `${since(event.at, beganAt)}  ${server}${words}${why}${exitOf(event)}`, screen)
}

const exitOf = (event: JournalEvent) => ('exitCode' in event ? `, exit ${event.exitCode}` : '')

function logOf(written: JournalEvent, beganAt: string, screen: Screen): readonly string[] {
  const { words, details } = toldBy(written)
  return [
    printable(`${since(written.at, beganAt)}  ${words}`),
    ...details.map((text) => indentedLines(detailIndent, text, screen)),
  ]
}

// Below the words, which come after the times.
const detailIndent = 24

function since(at: string, beganAt: string): string {
  return `${at.slice(11, 19)}  +${secondsFrom(beganAt, at).toFixed(1)} s`.padEnd(20)
}

function toldBy(written: JournalEvent): { readonly words: string; readonly details: readonly string[] } {
  const { at: _, version: __, event, ...rest } = written
  const { server: ___, steps: ____, step, drain, outcome, ...more } = rest as Record<string, unknown>
  const { status, ...end } = (outcome ?? {}) as Record<string, unknown>
  const words = [event.replace(/^(step|server)-/, ''), step, drain, status].filter((one) => one !== undefined).join(' ')
  // What an event holds is mostly one thing, whose own name says nothing.
  const [only] = Object.values(more)
  return {
    words,
    details: valueLines(outcome === undefined && Object.keys(more).length === 1 ? only : { ...more, ...end }),
  }
}
