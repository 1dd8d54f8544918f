import { type FileHandle, open } from 'node:fs/promises'
import { MaestroError } from '../../base/errors.ts'

/** The whole lines of a file, one at a time; a last one without its end, which a power cut leaves, is none. */
export async function* completeLines(path: string): AsyncGenerator<string> {
  const file = await open(path)
  try {
    yield* newLines(file, { path, offsetBytes: 0 })
  } finally {
    await file.close()
  }
}

/** How far a file that grows has been read. */
export type ReadPosition = { readonly path: string; offsetBytes: number }

/** More than any event that maestro writes: a longer line is none of a journal. */
export const lineLimitBytes = 64 * 1024 * 1024

const chunkBytes = 64 * 1024
const lineEnd = 0x0a

/** The whole lines behind a position, which goes on with each of them. */
export async function* newLines(file: FileHandle, position: ReadPosition): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for (;;) {
    const chunk = Buffer.alloc(chunkBytes)
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position.offsetBytes + rest.length)
    if (bytesRead === 0) return
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
    const whole = rest.subarray(0, rest.lastIndexOf(lineEnd) + 1)
    rest = rest.subarray(whole.length)
    position.offsetBytes += whole.length
    if (rest.length > lineLimitBytes) throw new MaestroError(`${position.path}: a line of more than 64 MB`)
    if (whole.length > 0) yield* whole.toString('utf8').slice(0, -1).split('\n')
  }
}
