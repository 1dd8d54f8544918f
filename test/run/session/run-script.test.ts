import { describe, expect, it } from 'vitest'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import { runScript } from '../../../src/run/session/run-script.ts'
import type { Ending, Session } from '../../../src/ssh/session/session.ts'

const asking = (ending: Ending, stderr = '') =>
  runScript({ run: async () => ({ ending, stdout: '', stderr }) } as unknown as Session, {
    files: ['lock/take.sh'],
    asRoot: false,
    timeoutMs: 1_000,
  })

describe('runScript', () => {
  it.each<[string, Ending]>([
    ['it was ended by a signal', { how: 'killed', signal: 'SIGTERM' }],
    ['a shutdown ended one of its commands', { how: 'exited', code: 143 }],
    ['a command of its own was killed', { how: 'exited', code: 137 }],
    ['the line was cut', { how: 'connection-lost' }],
    ['it had no end', { how: 'timed-out' }],
  ])('throws DisconnectedError, because the outcome is open, when %s', async (_, ending) => {
    await expect(asking(ending)).rejects.toThrow(DisconnectedError)
  })

  it('throws the last words of a script that fails by itself', async () => {
    const failing = asking({ how: 'exited', code: 1 }, 'one\ncannot write to /var/lib/maestro\n')

    await expect(failing).rejects.toThrow(/^cannot write to \/var\/lib\/maestro$/)
    await expect(failing).rejects.not.toThrow(DisconnectedError)
  })
})
