import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConnectError } from './connect-error.ts'
import { underLock } from './file-lock.ts'
import { typeOfKey } from './known-hosts.ts'
import { hashOfName } from './known-hosts-line.ts'
import type { NewEntry } from './known-hosts-store.ts'

/** Reads and grows known_hosts files; a file that is not there is empty. */
export interface KnownHostsFiles {
  readonly read: (path: string) => Promise<string>
  readonly append: (path: string, entry: NewEntry) => Promise<void>
}

type Batch = { readonly lines: string[]; readonly isWritten: Promise<void> }

/** The known_hosts files on this computer. They are only ever appended to, under a lock, what comes at once in one go. */
export function knownHostsOnDisk(): KnownHostsFiles {
  const batches = new Map<string, Batch>()
  let writing: Promise<unknown> = Promise.resolve()

  function startBatch(path: string): Batch {
    const lines: string[] = []
    const isWritten = writing.then(async () => {
      batches.delete(path)
      await write(path, lines)
    })
    writing = isWritten.catch(() => undefined)
    return { lines, isWritten }
  }

  return {
    read: readText,
    append: (path, entry) => {
      const batch = batches.get(path) ?? startBatch(path)
      batches.set(path, batch)
      batch.lines.push(lineFor(entry))
      return batch.isWritten
    },
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return ''
    throw new ConnectError('config', `${path} cannot be read (${cause.code ?? cause.message})`, { cause })
  })
}

/** The line of known_hosts(5) for a key, the name hashed where the user's ssh hashes names. */
export function lineFor({ name, key, isHashed }: NewEntry): string {
  return `${isHashed ? hashedName(name) : name} ${typeOfKey(key)} ${key.toString('base64')}`
}

function hashedName(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${hashOfName(salt, name)}`
}

async function write(path: string, lines: readonly string[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const there = await stat(path).catch(() => undefined)
    // People who want no known_hosts name /dev/null.
    if (there !== undefined && !there.isFile()) return
    await underLock(path, () => appendLines(path, lines))
  } catch (cause) {
    if (cause instanceof ConnectError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new ConnectError('config', `${path} cannot be written (${code ?? message})`, { cause })
  }
}

async function appendLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    const isWhole = bytesRead === 0 || buffer[0] === 0x0a
    await file.appendFile(`${isWhole ? '' : '\n'}${lines.join('\n')}\n`)
  } finally {
    await file.close()
  }
}
