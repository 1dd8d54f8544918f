import { PassThrough } from 'node:stream'
import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { followCourse, startCourse } from '../../../src/ssh/transport/handshake-progress.ts'
import { startPhases } from '../../../src/ssh/transport/phases.ts'

it('hears the name of a server whole, though it comes in pieces and after other words', () => {
  const course = startCourse(startPhases())
  const stream = new PassThrough()
  followCourse(course, new ssh2.Client(), stream)

  const phases = ['Welcome\r\nSSH-2.0-Open', 'SSH_9.2p1 Debian\r\n', 'more'].map((piece) => {
    stream.emit('data', Buffer.from(piece))
    return course.phase
  })

  expect(phases).toEqual(['banner', 'kex', 'kex'])
  expect(course.seen.software).toBe('SSH-2.0-OpenSSH_9.2p1 Debian')
})
