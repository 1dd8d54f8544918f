import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { ConnectError } from '../connect-error.ts'
import type { SessionInfo } from '../connection.ts'
import type { HandshakeReply, Phase } from './handshake-errors.ts'
import type { Phases } from './phases.ts'

type Packets = { -readonly [Part in 'software' | 'hostKey' | 'kex' | 'cipher']: SessionInfo[Part] }

/** How far a handshake has come, and what was seen of the other end. */
export interface HandshakeProgress extends HandshakeReply {
  readonly enter: (phase: Phase) => void
  phase: Phase
  greeting: string
  readonly seen: Packets
  /** Why its host key is not trusted. */
  distrust: ConnectError | undefined
  /** It has refused all that it was offered; why is being found out. */
  isRefused: boolean
}

/** The course of a handshake that has just begun. */
export function startHandshakeProgress(phases: Phases): HandshakeProgress {
  const seen = { software: '', hostKey: '', kex: '', cipher: '' }
  const enter = (phase: Phase) => {
    state.phase = phase
    phases.enter(phase)
  }
  const state: HandshakeProgress = {
    enter,
    phase: 'banner',
    greeting: '',
    seen,
    distrust: undefined,
    isRefused: false,
  }
  enter('banner')
  return state
}

const greetingBytes = 8192

/** Listens along until the authentication begins; what comes before the server's name is kept (RFC 4253, 4.2). */
export function followHandshake(state: HandshakeProgress, client: Client, stream: Duplex): void {
  const hear = (data: Buffer) => {
    state.greeting = (state.greeting + data.toString('latin1', 0, greetingBytes)).slice(0, greetingBytes)
    const name = /^(SSH-.*?)\r?\n/m.exec(state.greeting)?.[1]
    if (name === undefined) return
    stream.off('data', hear)
    state.seen.software = name
    state.enter('kex')
  }
  stream.on('data', hear)
  client.once('handshake', ({ kex, cs }) => {
    Object.assign(state.seen, { kex, cipher: cs.cipher })
    state.enter('auth')
  })
}
