import { PassThrough } from 'node:stream'
import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { followHandshake, startHandshakeProgress } from '../../../src/ssh/transport/handshake-progress.ts'
import { startPhases } from '../../../src/ssh/transport/phases.ts'

it('followHandshake reads the server version although it comes in pieces and after other lines', () => {
  const state = startHandshakeProgress(startPhases())
  const stream = new PassThrough()
  followHandshake(state, new ssh2.Client(), stream)

  const phases = ['Welcome\r\nSSH-2.0-Open', 'SSH_9.2p1 Debian\r\n', 'more'].map((piece) => {
    stream.emit('data', Buffer.from(piece))
    return state.phase
  })

  expect(phases).toEqual(['banner', 'kex', 'kex'])
  expect(state.seen.software).toBe('SSH-2.0-OpenSSH_9.2p1 Debian')
})
