import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { PhaseTime } from './phase-time.ts'

/** How a connection came about; the words of the other end are its own. */
export interface SessionInfo {
  /** As whom and where: `deploy@203.0.113.11:22`. */
  readonly login: string
  /** The logins of the bastions on the way, the first one first. */
  readonly jumpHosts: readonly string[]
  /** What the server took: `key ~/.ssh/id_ed25519`, `agent key SHA256:…`, `password`. */
  readonly proof: string
  /** What the server says that it is: `SSH-2.0-OpenSSH_9.2p1`. */
  readonly software: string
  /** Type and fingerprint. */
  readonly hostKey: string
  /** Why it is believed: `in ~/.ssh/known_hosts`. */
  readonly hostKeyVouched: string
  readonly kex: string
  readonly cipher: string
  readonly phases: readonly PhaseTime[]
}

/** An authenticated connection, with the stream under it. */
export interface Connection {
  readonly about: SessionInfo
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
export function connectionOver(client: Client, stream: Duplex, about: SessionInfo): Connection {
  const ended = new Promise<void>((resolve) => client.once('close', resolve))
  const cut = () => {
    stream.destroy()
  }
  const close = () => {
    const timer = setTimeout(cut, endMs)
    client.end()
    return ended.then(() => clearTimeout(timer))
  }
  return { about, client, close, cut, ended }
}
