import { mkdir, open, readFile, truncate } from 'node:fs/promises'
import { MaestroError, UsageError } from '../base/errors.ts'
import { unreadable } from '../plan/operation-spec.ts'
import type { Plan } from '../plan/plan.ts'
import { parseOrThrow } from '../plan/schema/parse.ts'
import { planSchema } from '../plan/schema/plan.ts'
import { appender } from './append.ts'
import type { JournalEvent, RunEvent, RunInfo } from './events.ts'
import { lockFolder } from './folder-lock.ts'
import { formatEvent } from './format-event.ts'
import { pruneRuns } from './prune.ts'
import { lineLimitBytes } from './read/complete-lines.ts'
import { parseEvents } from './read/parse-events.ts'
import { type RunEnd, writeReport } from './report.ts'
import { makeRunId } from './run-id.ts'
import { makeStamp } from './stamp-event.ts'
import { describeError, syncFolder, writeFileSynced } from './write-file.ts'

/** What happens in a run, on disk. */
export interface Journal {
  readonly run: string
  readonly folder: string
  /** Resolves when the event is on disk; whatever it announces may be done then. */
  readonly write: (event: RunEvent) => Promise<void>
  /** Writes `report.json` beside the events: how the run ended, and what became of every server. */
  readonly writeReport: (end: RunEnd) => Promise<void>
  readonly close: () => Promise<void>
}

/** Gets each event of a run once it is on disk, with the plan that the run carries out. */
export type OnEvent = (event: JournalEvent, plan: Plan) => void

type JournalOptions = {
  readonly onEvent?: OnEvent | undefined
  /** The id of the run; absent: a new one. */
  readonly run?: string
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
  { onEvent, run = makeRunId(new Date()) }: JournalOptions = {},
): Promise<Journal> {
  const folder = `${root}/${run}`
  await describeError(folder, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFileSynced(folder, 'plan.json', plan)
    await syncFolder(root)
    await pruneRuns(root, Date.now())
  })
  const files = await openFiles(folder)
  const journal = journalOf({ run, folder, files, plan, earlier: [], onEvent })
  await journal.write({ event: 'run-started', ...about })
  return journal
}

/** Opens the journal of a run to go on with it. Throws a RefusedError while another process has it. */
export async function reopenJournal(
  root: string,
  run: string,
  { onEvent }: Pick<JournalOptions, 'onEvent'> = {},
): Promise<Reopened> {
  const folder = `${root}/${run}`
  const files = await openFiles(folder)
  try {
    const plan = await readPlan(`${folder}/plan.json`)
    const events = await readCompleteLines(`${folder}/events.ndjson`)
    return { journal: journalOf({ run, folder, files, plan, earlier: events, onEvent }), plan, events }
  } catch (error) {
    await files.close()
    throw error
  }
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

/** The events of a run, open to be appended to, under the lock of its folder. */
interface JournalFiles {
  readonly append: (line: string) => Promise<void>
  readonly close: () => Promise<void>
}

async function openFiles(folder: string): Promise<JournalFiles> {
  const path = `${folder}/events.ndjson`
  const unlock = await describeError(folder, async () => lockFolder(folder))
  const file = await describeError(path, () => open(path, 'a', 0o600)).catch((error: unknown) => {
    unlock()
    throw error
  })
  const append = appender(file)
  return {
    append: (line) => describeError(path, () => append(line)),
    close: async () => {
      await file.close()
      unlock()
    },
  }
}

type JournalParts = Pick<Journal, 'run' | 'folder'> & {
  readonly files: JournalFiles
  readonly plan: Plan
  readonly earlier: readonly JournalEvent[]
  readonly onEvent: OnEvent | undefined
}

function journalOf({ run, folder, files, plan, earlier, onEvent }: JournalParts): Journal {
  const stamp = makeStamp(run, earlier)
  return {
    run,
    folder,
    write: async (event) => {
      const stamped = stamp(event)
      const line = formatEvent(stamped)
      if (line.length > lineLimitBytes / 3)
        throw new MaestroError(`${event.event}: an event of ${line.length} characters`)
      await files.append(line)
      onEvent?.(stamped, plan)
    },
    writeReport: (end) => writeReport(folder, end),
    close: files.close,
  }
}

async function readCompleteLines(path: string): Promise<readonly JournalEvent[]> {
  const text = await readFile(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  // Half a line is what a power cut leaves; nothing that it announced was begun.
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
  return parseEvents(whole, path)
}
