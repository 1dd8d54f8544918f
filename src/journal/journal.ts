import { mkdir, open, readFile, rename, truncate } from 'node:fs/promises'
import { MaestroError, UsageError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { unreadable } from '../plan/operation-spec.ts'
import type { Plan } from '../plan/plan.ts'
import { parseOrThrow } from '../plan/schema/parse.ts'
import { planSchema } from '../plan/schema/plan.ts'
import { appender } from './append.ts'
import type { JournalEvent, RunEvent, RunInfo } from './events.ts'
import { lockFolder } from './folder-lock.ts'
import { parseEvents } from './parse-events.ts'
import { pruneRuns } from './prune.ts'
import { makeRunId } from './run-id.ts'

/** What happens in a run, on disk. */
export interface Journal {
  readonly run: string
  readonly folder: string
  /** Resolves when the event is on disk; whatever it announces may be done then. */
  readonly write: (event: RunEvent) => Promise<void>
  readonly close: () => Promise<void>
}

/** A run of an earlier process, taken up again. */
export interface Reopened {
  readonly journal: Journal
  readonly plan: Plan
  readonly events: readonly JournalEvent[]
}

/** Begins the journal of a new run below `root`. */
export async function createJournal(
  root: string,
  plan: Plan,
  about: RunInfo,
  run: string = makeRunId(new Date()),
): Promise<Journal> {
  const folder = `${root}/${run}`
  await describeError(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFileSynced(folder, 'plan.json', plan)
    await syncFolder(root)
    await pruneRuns(root, Date.now())
  })
  const journal = await openJournal(folder, run)
  await journal.write({ event: 'run-started', ...about })
  return journal
}

/** Opens the journal of a run to go on with it. Throws a RefusedError while another process has it. */
export async function reopenJournal(root: string, run: string): Promise<Reopened> {
  const folder = `${root}/${run}`
  const journal = await openJournal(folder, run)
  try {
    return {
      journal,
      plan: await readPlan(`${folder}/plan.json`),
      events: await readCompleteLines(`${folder}/events.ndjson`),
    }
  } catch (error) {
    await journal.close()
    throw error
  }
}

/** Writes a file of a run so that it is either whole or not there. */
export async function writeFileSynced(folder: string, name: string, value: Json): Promise<void> {
  const path = `${folder}/${name}`
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 1)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(folder)
}

/** A plan as `plan.json` or `--save-plan` has it. */
export async function readPlan(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${path}: ${whyUnreadable(cause)}`, { cause })
  })
  return parseOrThrow(planSchema, jsonIn(text, path), (why) =>
    unreadable(`${path}: not a plan of maestro, or of another version of it: ${why}`),
  )
}

function jsonIn(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(`${path}: not a plan of maestro: no JSON`, { cause })
  }
}

const whyUnreadable = (cause: unknown) =>
  cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    ? 'there is no such file'
    : `cannot be read (${cause instanceof Error && 'code' in cause ? cause.code : cause})`

async function openJournal(folder: string, run: string): Promise<Journal> {
  const path = `${folder}/events.ndjson`
  const unlock = await describeError(folder, async () => lockFolder(folder))
  const file = await describeError(path, () => open(path, 'a', 0o600)).catch((error: unknown) => {
    unlock()
    throw error
  })
  const append = appender(file)
  return {
    run,
    folder,
    write: (event) =>
      describeError(path, () => append(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`)),
    close: async () => {
      await file.close()
      unlock()
    },
  }
}

async function readCompleteLines(path: string): Promise<readonly JournalEvent[]> {
  const text = await readFile(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  // Half a line is what a power cut leaves; nothing that it announced was begun.
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
  return parseEvents(whole, path)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function describeError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof MaestroError) throw cause
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new MaestroError(`the journal cannot be written: ${words}`, {
      cause,
      hint: `what is not on record is not begun: see to ${path}`,
    })
  }
}
