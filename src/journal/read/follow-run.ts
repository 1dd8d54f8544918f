import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as sleepMs } from 'node:timers/promises'
import type { JournalEvent } from '../events.ts'
import { isInUse } from '../folder-lock.ts'
import { newLines, type ReadPosition } from './complete-lines.ts'
import { parseEvent } from './parse-events.ts'

const pollMs = 200

/**
 * The events of a run as they are written, until the run has ended, its process is gone, or `stop` is aborted: the last event
 * says which. Throws a MaestroError with file and line where one of them is none.
 */
export async function* followEvents(root: string, run: string, stop: AbortSignal): AsyncGenerator<JournalEvent> {
  const folder = `${root}/${run}`
  const path = `${folder}/events.ndjson`
  const reading: Reading = { position: { path, offsetBytes: 0 }, lineCount: 0 }
  let last: JournalEvent | undefined
  for (;;) {
    // Asked first: what a process has written before its end is read after it.
    const isRunning = isInUse(folder)
    for await (const event of newEvents(path, reading)) {
      last = event
      yield event
    }
    if (!isRunning || last?.event === 'run-ended' || stop.aborted) return
    await sleepMs(pollMs, undefined, { signal: stop }).catch(() => undefined)
  }
}

type Reading = { readonly position: ReadPosition; lineCount: number }

async function* newEvents(path: string, reading: Reading): AsyncGenerator<JournalEvent> {
  const file = await openIfThere(path)
  if (file === undefined) return
  try {
    for await (const line of newLines(file, reading.position)) {
      reading.lineCount += 1
      if (line !== '') yield parseEvent(line, `${path}:${reading.lineCount}`)
    }
  } finally {
    await file.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
