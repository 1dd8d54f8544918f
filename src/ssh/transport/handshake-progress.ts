import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { ConnectError } from '../connect-error.ts'
import type { About } from '../connection.ts'
import type { Heard, Phase } from './handshake-errors.ts'
import type { Phases } from './phases.ts'

type Seen = { -readonly [Part in 'software' | 'hostKey' | 'kex' | 'cipher']: About[Part] }

/** How far a handshake has come, and what was seen of the other end. */
export interface Course extends Heard {
  readonly enter: (phase: Phase) => void
  phase: Phase
  greeting: string
  readonly seen: Seen
  /** Why its host key is not trusted. */
  distrust: ConnectError | undefined
  /** It has refused all that it was offered; why is being found out. */
  isRefused: boolean
}

/** The course of a handshake that has just begun. */
export function startCourse(phases: Phases): Course {
  const seen = { software: '', hostKey: '', kex: '', cipher: '' }
  const enter = (phase: Phase) => {
    course.phase = phase
    phases.enter(phase)
  }
  const course: Course = { enter, phase: 'banner', greeting: '', seen, distrust: undefined, isRefused: false }
  enter('banner')
  return course
}

const greetingBytes = 8192

/** Listens along until the authentication begins; what comes before the server's name is kept (RFC 4253, 4.2). */
export function followCourse(course: Course, client: Client, stream: Duplex): void {
  const hear = (data: Buffer) => {
    course.greeting = (course.greeting + data.toString('latin1', 0, greetingBytes)).slice(0, greetingBytes)
    const name = /^(SSH-.*?)\r?\n/m.exec(course.greeting)?.[1]
    if (name === undefined) return
    stream.off('data', hear)
    course.seen.software = name
    course.enter('kex')
  }
  stream.on('data', hear)
  client.once('handshake', ({ kex, cs }) => {
    Object.assign(course.seen, { kex, cipher: cs.cipher })
    course.enter('auth')
  })
}
