import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { MaestroError, UsageError } from '../../base/errors.ts'
import type { ServerContext } from '../../plan/context.ts'
import type { Operation } from '../../plan/operation.ts'
import type { PinnedFile } from '../../plan/pinned-file.ts'

const timeLimitMs = 60_000
const limitBytes = 4 * 1024 * 1024

/** Reads files that are sent to servers: each once, however many servers get it. */
export function makePinnedFileReader(): ServerContext['readPinnedFile'] {
  const read = new Map<string, Promise<string>>()
  return (file) => {
    const known = read.get(file.sha256) ?? readPinned(file)
    read.set(file.sha256, known)
    return known
  }
}

/** Throws a UsageError for what an operation would send and cannot be had, has another sum, or is not what it should be. */
export async function assertSendable(
  { sends = [] }: Operation,
  readHere: ServerContext['readPinnedFile'],
): Promise<void> {
  for (const { file, check } of sends) check(await readHere(file))
}

async function readPinned({ from, sha256 }: PinnedFile): Promise<string> {
  const bytes = /^https?:\/\//i.test(from) ? await fetched(from) : await fromDisk(from)
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (sum !== sha256)
    throw new UsageError(`${from} has the SHA-256 ${sum}, and ${sha256} is wanted`, {
      hint: 'it is another file, or somebody has changed it: look at it, and only then at the sum in the manifest',
    })
  return bytes.toString('utf8')
}

async function fromDisk(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'is not there' : code === 'EACCES' ? 'may not be read' : `cannot be read (${code})`
    throw new UsageError(`${path} ${why}`, { cause, hint: 'files are looked for from the folder of the manifest' })
  }
}

async function fetched(url: string): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeLimitMs) })
    if (!answer.ok) throw new UsageError(`${url} cannot be had: HTTP status ${answer.status}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (bytes.length > limitBytes) throw new UsageError(`${url} is larger than ${limitBytes / 1024 ** 2} MB`)
    return bytes
  } catch (cause) {
    if (cause instanceof MaestroError) throw cause
    throw new UsageError(`${url} cannot be had: ${reasonOf(cause)}`, {
      cause,
      hint: 'this computer fetches it; a file beside the manifest will do as well',
    })
  }
}

// fetch itself says no more than that it failed.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeLimitMs / 1000} s`
  return error.cause instanceof Error ? error.cause.message : error.message
}
