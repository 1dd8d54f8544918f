import type { Written } from '../journal/events.ts'
import type { RunSummary } from '../journal/read-run.ts'
import { type ServerState, stateOf } from '../journal/run-state.ts'
import { printable } from '../printable.ts'
import { describeDuration } from './duration.ts'
import type { Screen } from './screen.ts'
import { renderTable } from './table.ts'

/** Every run in a line of its own, the newest first. */
export function renderRuns(runs: readonly RunSummary[], { columns }: Screen): string {
  const rows = runs.map((run) => [
    run.run,
    localTime(run.beganAt),
    printable(run.about?.command ?? '?'),
    printable(run.about?.environment ?? ''),
    howItEnded(run),
    printable(endsOf(run)),
  ])
  return renderTable({
    head: ['RUN', 'BEGAN', 'COMMAND', 'ENVIRONMENT', 'ENDED', 'SERVERS'],
    rows,
    widthColumns: columns,
  })
}

function howItEnded({ exitCode, isRunning, run, trouble, beganAt }: RunSummary): string {
  if (trouble !== undefined) return `cannot be read: ${printable(trouble)}`
  if (isRunning) return 'at work now'
  if (beganAt === '') return 'killed before it began: nothing was done'
  if (exitCode === undefined) return `broken off: maestro resume ${run}`
  return exitCode === 0 ? 'well' : `exit ${exitCode}: maestro resume ${run}`
}

const endsOf = ({ ends }: RunSummary) =>
  [...ends].map(([status, count]) => `${count} ${status.replace('-', ' ')}`).join(', ')

const localTime = (at: string) => {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '?' : date.toLocaleString('sv-SE').slice(0, 16)
}

/** One run: who did what, how each server ended, what was proved, and what is still open. */
export function renderRun(summary: RunSummary, events: readonly Written[]): string {
  const { about, beganAt, lastAt } = summary
  const took = beganAt === '' ? 'no time' : describeDuration(secondsFrom(beganAt, lastAt))
  const head = [
    `run ${summary.run}: ${about?.command ?? '?'}, ${howItEnded(summary)}`,
    `  by ${about?.owner ?? '?'} with maestro ${about?.version ?? '?'}, ${localTime(beganAt)}, took ${took}`,
    `  ${about?.manifest ?? '?'}${about?.environment === undefined ? '' : `, ${about.environment}`}`,
  ]
  const times = timesOf(events)
  const servers = [...stateOf(events).servers].map(([name, state]) => serverText(name, state, times.get(name) ?? ''))
  return [head.map(printable).join('\n'), ...servers].join('\n\n')
}

const secondsFrom = (since: string, until: string) => (Date.parse(until) - Date.parse(since)) / 1000

// From the first step of a server to its end, as far as it came; what lay between two processes counts.
function timesOf(events: readonly Written[]): ReadonlyMap<string, string> {
  const began = new Map<string, string>()
  const times = new Map<string, string>()
  for (const event of events) {
    if (event.event === 'begun' && !began.has(event.server)) began.set(event.server, event.at)
    const since = event.event === 'ended' ? began.get(event.server) : undefined
    if (event.event === 'ended' && since !== undefined)
      times.set(event.server, `, ${describeDuration(secondsFrom(since, event.at))}`)
  }
  return times
}

function serverText(name: string, { outcome, steps, holds, isLocked }: ServerState, took: string): string {
  const status = outcome?.status.replace('-', ' ') ?? 'broken off'
  const why = outcome !== undefined && 'why' in outcome && outcome.why ? `: ${outcome.why}` : ''
  const lines = [
    `${name}  ${status}${took}${why}`,
    ...[...steps].map(
      ([id, { isProved, proof }]) => `  ${id}: ${isProved ? `proved ${JSON.stringify(proof)}` : 'begun, not proved'}`,
    ),
    ...[...holds.keys()].map((hold) => `  ${hold}: taken and not given back`),
    ...(isLocked ? ['  its lock may still be there: maestro resume, or maestro unlock'] : []),
  ]
  return lines.map(printable).join('\n')
}

/** What happened on one server, a line each, with the time since the run began. */
export function renderLogs(events: readonly Written[], beganAt: string): string {
  return events.map((event) => printable(`${since(event.at, beganAt)}  ${wordsOf(event)}`)).join('\n')
}

function since(at: string, beganAt: string): string {
  return `${at.slice(11, 19)}  +${secondsFrom(beganAt, at).toFixed(1)} s`.padEnd(20)
}

function wordsOf(written: Written): string {
  const { at: _, event, ...rest } = written
  const { server: __, step, hold, outcome, ...more } = rest as Record<string, unknown>
  const what = [step, hold].filter((one) => one !== undefined).join(' ')
  const detail = outcome ?? (Object.keys(more).length === 0 ? undefined : more)
  return [event, what, detail === undefined ? '' : JSON.stringify(detail)].filter((one) => one !== '').join(' ')
}
