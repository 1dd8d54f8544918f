import { createReadStream } from 'node:fs'
import { ManifestError } from '../../base/errors.ts'

// 10,000 servers are 0.9 MB.
const limitBytes = 16 * 1024 * 1024

/** The text of a manifest, at most 16 MB of it read; throws a ManifestError that says why it cannot be had. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path)
  if (bytes.length > limitBytes)
    throw new ManifestError(`${path}: the file is larger than ${limitBytes / 1024 / 1024} MB`, {
      hint: 'name the manifest itself with -m',
    })
  return decode(bytes, path)
}

// One byte more than the limit, so that neither a huge file nor an endless one fills the memory.
async function readBytes(path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of createReadStream(path, { end: limitBytes })) chunks.push(chunk)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  return Buffer.concat(chunks)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'the file may not be read by you',
  EISDIR: 'this is a folder and not a file',
  ELOOP: 'the links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
}

function unreadable(path: string, cause: unknown): ManifestError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return new ManifestError(`${path}: ${reasons[code] ?? `the file cannot be read (${code || String(cause)})`}`, {
    cause,
    hint: 'maestro manifest example prints one to begin with',
  })
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ManifestError(`${path}: the file is not UTF-8 text`, { cause, hint: 'save it as UTF-8' })
  }
}
