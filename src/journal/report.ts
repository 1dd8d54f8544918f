import type { Json } from '../base/json.ts'
import type { Outcome } from '../plan/outcome.ts'
import { writeFileSynced } from './write-file.ts'

export type RunEnd = {
  readonly exitCode: number
  /** What was started is rolled back: nothing is left to resume. */
  readonly isOver: boolean
  readonly outcomes: ReadonlyMap<string, Outcome>
}

/** Writes `report.json` into a run's folder: how the run ended, and what became of every server. */
export function writeReport(folder: string, { outcomes, ...end }: RunEnd): Promise<void> {
  const servers: Record<string, Json> = {}
  for (const [name, outcome] of outcomes) servers[name] = { ...outcome }
  return writeFileSynced(folder, 'report.json', { ...end, servers })
}
