import type { Duplex } from 'node:stream'

/**
 * The same stream, which sends at once what is written to it at once. ssh2 writes each packet of aes-gcm in three pieces
 * (length, text, tag), and without this every piece is one of TCP's.
 */
export function coalesceWrites<T extends Duplex>(stream: T): T {
  const write = stream.write
  stream.write = function gathered(this: T, ...args: Parameters<typeof write>) {
    if (stream.writableCorked === 0) {
      stream.cork()
      queueMicrotask(() => stream.uncork())
    }
    return write.apply(stream, args)
  } as typeof write
  return stream
}
