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
    howItEnded(run),
    printable(endsOf(run)),
  ])
  return renderTable({ head: ['RUN', 'BEGAN', 'COMMAND', 'ENDED', 'SERVERS'], rows, widthColumns: columns })
}

function howItEnded({ exitCode, isRunning, run }: RunSummary): string {
  if (isRunning) return 'at work now'
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
  const took = describeDuration((Date.parse(lastAt) - Date.parse(beganAt)) / 1000)
  const head = [
    `run ${summary.run}: ${about?.command ?? '?'}, ${howItEnded(summary)}`,
    `  by ${about?.owner ?? '?'} with maestro ${about?.version ?? '?'}, ${localTime(beganAt)}, took ${took}`,
    `  ${about?.manifest ?? '?'}${about?.environment === undefined ? '' : `, ${about.environment}`}`,
  ]
  const servers = [...stateOf(events).servers].map(([name, state]) => serverText(name, state))
  return [head.map(printable).join('\n'), ...servers].join('\n\n')
}

function serverText(name: string, { outcome, steps, holds, isLocked }: ServerState): string {
  const status = outcome?.status.replace('-', ' ') ?? 'broken off'
  const why = outcome !== undefined && 'why' in outcome && outcome.why ? `: ${outcome.why}` : ''
  const lines = [
    `${name}  ${status}${why}`,
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
  const seconds = (Date.parse(at) - Date.parse(beganAt)) / 1000
  return `${at.slice(11, 19)}  +${seconds.toFixed(1)} s`.padEnd(20)
}

function wordsOf(written: Written): string {
  const { at: _, event, ...rest } = written
  const { server: __, step, hold, outcome, ...more } = rest as Record<string, unknown>
  const what = [step, hold].filter((one) => one !== undefined).join(' ')
  const detail = outcome ?? (Object.keys(more).length === 0 ? undefined : more)
  return [event, what, detail === undefined ? '' : JSON.stringify(detail)].filter((one) => one !== '').join(' ')
}
