import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from './connect-error.ts'
import { typeOfKey } from './known-hosts.ts'
import type { KnownHostsFiles } from './trust.ts'

type Entry = { readonly name: string; readonly key: Buffer; readonly isHashed: boolean }

const lockTries = 50
const lockPauseMs = 100

/** The known_hosts files on this computer: each is read once, and only ever appended to, under a lock. */
export function knownHostsOnDisk(): KnownHostsFiles {
  const texts = new Map<string, Promise<string>>()
  let appending: Promise<unknown> = Promise.resolve()
  return {
    read: (path) => {
      const text = texts.get(path) ?? readText(path)
      texts.set(path, text)
      return text
    },
    append: (path, entry) => {
      const done = appending.then(() => underLock(path, () => appendLine(path, lineFor(entry))))
      appending = done.catch(() => undefined)
      return done
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
export function lineFor({ name, key, isHashed }: Entry): string {
  return `${isHashed ? hashName(name) : name} ${typeOfKey(key)} ${key.toString('base64')}`
}

function hashName(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    const isWhole = bytesRead === 0 || buffer[0] === 0x0a
    await file.appendFile(`${isWhole ? '' : '\n'}${line}\n`)
  } finally {
    await file.close()
  }
}

async function underLock(path: string, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.maestro-lock`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  for (let left = lockTries; !(await takeLock(lock)); left -= 1) {
    if (left === 0)
      throw new ConnectError('config', `${path} is being written by another maestro`, {
        hint: `if none runs: rm '${lock}'`,
      })
    await sleep(lockPauseMs)
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function takeLock(lock: string): Promise<boolean> {
  const file = await open(lock, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  await file?.close()
  return file !== undefined
}
