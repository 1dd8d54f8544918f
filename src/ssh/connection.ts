import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'

/** An authenticated connection, with the stream under it. */
export interface Connection {
  readonly client: Client
  /** Ends it in order, and by force where the other end does not answer; never throws, and may be called twice. */
  readonly close: () => Promise<void>
  /** Ends it by force at once. */
  readonly cut: () => void
  /** Resolves when it has ended, in whatever way. */
  readonly ended: Promise<void>
}

const endMs = 2_000

// ssh2's own destroy() does nothing after end() when the peer is gone: the stream is what has to be destroyed.
export function connectionOver(client: Client, stream: Duplex): Connection {
  const ended = new Promise<void>((resolve) => client.once('close', resolve))
  const cut = () => {
    stream.destroy()
  }
  const close = () => {
    const timer = setTimeout(cut, endMs)
    client.end()
    return ended.then(() => clearTimeout(timer))
  }
  return { client, close, cut, ended }
}
