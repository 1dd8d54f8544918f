import { readdir, readFile } from 'node:fs/promises'
import { MaestroError, UsageError } from '../../base/errors.ts'
import { parse } from '../../plan/schema/parse.ts'
import { reportSchema } from '../report-schema.ts'
import { isRunId } from '../run-id.ts'
import { eventsOf } from './read-run.ts'

/** The names of all runs on record, the newest first. */
export async function listRuns(root: string): Promise<readonly string[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.filter(isRunId).toSorted().toReversed()
}

/** The run that is meant: by its name or the beginning of it; without one, the newest that has not come to a good end. */
export async function findRun(root: string, given: string | undefined): Promise<string> {
  const runs = await listRuns(root)
  const found = given === undefined ? await newestOpen(root, runs) : runs.filter((run) => run.startsWith(given))
  const [run, ...others] = found
  if (run !== undefined && others.length === 0) return run
  if (given === undefined) throw new UsageError(`no run below ${root} is left to go on with`)
  if (run === undefined) throw new UsageError(`no run ${JSON.stringify(given)} below ${root}`, hintFor(runs))
  throw new UsageError(`${given} may be ${found.join(' or ')}`)
}

const hintFor = ([newest]: readonly string[]) => (newest === undefined ? {} : { hint: `the newest is ${newest}` })

async function newestOpen(root: string, runs: readonly string[]): Promise<readonly string[]> {
  for (const run of runs) {
    const isLeft = !(await isDone(`${root}/${run}/report.json`)) && (await hasBegun(root, run))
    if (isLeft) return [run]
  }
  return []
}

// What was killed before its first event has done nothing, and must not hide an older run that has.
async function hasBegun(root: string, run: string): Promise<boolean> {
  for await (const _ of eventsOf(root, run)) return true
  return false
}

// The report is written last, and again when a run is resumed. What was taken back by itself leaves nothing to go on with.
async function isDone(path: string): Promise<boolean> {
  try {
    const report = parse(reportSchema, JSON.parse(await readFile(path, 'utf8')))
    return report.isRight && (report.value.exitCode === 0 || report.value.isOver === true)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof SyntaxError || code === 'ENOENT') return false
    throw code === undefined ? error : new MaestroError(`${path}: cannot be read: ${message}`, { cause: error })
  }
}
