import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConnectError } from '../connect-error.ts'
import { isStillNew } from '../host-keys/host-key.ts'
import { underLock } from './file-lock.ts'
import { judgeKey, type KnownHosts, readKnownHosts, typeOfKey } from './known-hosts.ts'
import type { NewEntry, ReplacedEntry } from './known-hosts-entry.ts'
import { hashOfName } from './known-hosts-line.ts'
import { removeHost } from './remove-host.ts'

/** Reads and grows known_hosts files; a file that is not there is empty. */
export interface KnownHostsFiles {
  readonly read: (path: string) => Promise<string>
  /** Adds an entry unless somebody has by now; throws a ConnectError where they have added another key for that host. */
  readonly append: (path: string, entry: NewEntry) => Promise<void>
  /** Takes out whatever is on record of a host, and adds its new keys. */
  readonly replace: (path: string, renewed: ReplacedEntry) => Promise<void>
}

type Batch = {
  readonly entries: NewEntry[]
  /** Ends with what others have written since the file was last read. */
  readonly isWritten: Promise<KnownHosts>
}

/** The known_hosts files on this computer. They are appended to, under a lock, what comes at once in one go; only what is replaced goes out. */
export function knownHostsOnDisk(): KnownHostsFiles {
  const batches = new Map<string, Batch>()
  const seen = new Map<string, string>()
  let writing: Promise<unknown> = Promise.resolve()

  async function read(path: string): Promise<string> {
    const text = await readText(path)
    seen.set(path, text)
    return text
  }

  function startBatch(path: string): Batch {
    const entries: NewEntry[] = []
    const isWritten = writing.then(() => {
      batches.delete(path)
      return whereItCan(path, () => addMissing(path, entries))
    })
    writing = isWritten.catch(() => undefined)
    return { entries, isWritten }
  }

  async function addMissing(path: string, entries: readonly NewEntry[]): Promise<KnownHosts> {
    const before = seen.get(path) ?? ''
    const text = await read(path)
    // Mostly nobody has written, or somebody has appended: what is known is not gone through again.
    const others = readKnownHosts(text.startsWith(before) ? text.slice(before.length) : text)
    const missing = await Promise.all(
      entries.map(async (entry) => ((await isIn(others, entry)) ? [] : [lineFor(entry)])),
    )
    const added = missing.flat().map((line) => `${line}\n`)
    if (text !== '' && !text.endsWith('\n')) added.unshift('\n')
    await appendFile(path, added.join(''), { mode: 0o600 })
    seen.set(path, text + added.join(''))
    return others
  }

  async function replaceIn(path: string, { name, keys, isHashed }: ReplacedEntry): Promise<KnownHosts> {
    const text = removeHost(await read(path), name)
    const added = keys.map((key) => `${lineFor({ name, key, isHashed })}\n`)
    const whole = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${added.join('')}`
    if (whole !== (seen.get(path) ?? '')) await writeAside(path, whole)
    seen.set(path, whole)
    return readKnownHosts(whole)
  }

  return {
    read,
    replace: async (path, renewed) => void (await whereItCan(path, () => replaceIn(path, renewed))),
    append: async (path, entry) => {
      const batch = batches.get(path) ?? startBatch(path)
      batches.set(path, batch)
      batch.entries.push(entry)
      const others = await batch.isWritten
      isStillNew(await others.linesFor(entry.name.toLowerCase()), entry)
    },
  }
}

// Either the old file or the whole new one is there, whatever happens in between.
async function writeAside(path: string, text: string): Promise<void> {
  const there = await realpath(path).catch(() => path)
  const mode = (await stat(there).catch(() => ({ mode: 0o600 }))).mode & 0o777
  await writeFile(`${there}.maestro-new`, text, { mode })
  await rename(`${there}.maestro-new`, there)
}

const isIn = async (others: KnownHosts, { name, key }: NewEntry) =>
  judgeKey(await others.linesFor(name.toLowerCase()), key) !== 'unknown'

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return ''
    throw new ConnectError('config', `${path} cannot be read (${cause.code ?? cause.message})`, { cause })
  })
}

/** The line of known_hosts(5) for a key, the name hashed where the user's ssh hashes names. */
export function lineFor({ name, key, isHashed }: NewEntry): string {
  const lower = name.toLowerCase()
  return `${isHashed ? hashedName(lower) : lower} ${typeOfKey(key)} ${key.toString('base64')}`
}

function hashedName(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${hashOfName(salt, name)}`
}

async function whereItCan(path: string, add: () => Promise<KnownHosts>): Promise<KnownHosts> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const there = await stat(path).catch(() => undefined)
    // People who want no known_hosts name /dev/null.
    if (there !== undefined && !there.isFile()) return readKnownHosts('')
    return await underLock(path, add)
  } catch (cause) {
    if (cause instanceof ConnectError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new ConnectError('config', `${path} cannot be written (${code ?? message})`, { cause })
  }
}
