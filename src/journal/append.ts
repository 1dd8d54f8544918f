import type { FileHandle } from 'node:fs/promises'

/** What appending needs of an open file. */
export type Appendable = Pick<FileHandle, 'appendFile' | 'datasync'>

/** Appends lines to a file, each on disk when its promise resolves; what comes while the disk is busy is synced together. */
export function appender(file: Appendable): (line: string) => Promise<void> {
  let waiting: string[] = []
  let writing: Promise<void> = Promise.resolve()
  async function flush(): Promise<void> {
    const lines = waiting.join('')
    waiting = []
    await file.appendFile(lines)
    await file.datasync()
  }
  return (line) => {
    waiting.push(line)
    // The first of those that wait writes for all. After a failure nothing more is written: behind half a line it would be lost.
    if (waiting.length === 1) writing = writing.then(flush)
    return writing
  }
}
