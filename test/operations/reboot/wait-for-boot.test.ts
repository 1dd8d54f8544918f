import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../../src/base/errors.ts'
import { waitForNewBoot } from '../../../src/operations/reboot/wait-for-boot.ts'
import { HostKeyMismatchError } from '../../../src/plan/errors.ts'
import { type Answers, fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const machine = 'a'.repeat(32)
const bootId = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`
const answer = (digit: string, more: Readonly<Record<string, string>> = {}) => ({
  machine_id: machine,
  boot_id: bootId(digit),
  armed: 'no',
  stopping: 'no',
  ...more,
})
const before = { machineId: machine, bootId: bootId('1') }
const times = { downTimeoutMs: 20_000, upTimeoutMs: 30_000 }

const wait = (answers: Answers) => {
  const { ctx, progress, asked } = fakeServerContext(answers)
  return { boot: waitForNewBoot(ctx, { before, times, usualDownSeconds: 9 }), told: progress, asked }
}

describe('waitForNewBoot', () => {
  it('returns the new boot of the same machine and how long it was down', async () => {
    const { boot, told: progress } = wait([answer('1', { armed: 'yes' }), 'cut', 'cut', answer('2')])

    await expect(boot).resolves.toMatchObject({ standing: { bootId: bootId('2') }, downMs: 2_600 })
    expect(progress).toEqual(['going down', 'down for 0 s; usually 9 s', 'down for 1 s; usually 9 s'])
  })

  it('accepts a new boot when the shutdown was not observed', async () => {
    await expect(wait([answer('2')]).boot).resolves.toMatchObject({ downMs: 0 })
  })

  it('does not take a disconnect for a reboot', async () => {
    const { boot } = wait(['cut', 'cut', answer('1')])

    await expect(boot).rejects.toThrow('has not gone down in 20 s: its restart ended without one')
  })

  it('names what blocks the shutdown', async () => {
    const { boot, told: progress } = wait([answer('1', { stopping: 'yes', job: '71 slow.service stop running' })])

    await expect(boot).rejects.toThrow('has not gone down in 20 s: 71 slow.service stop running')
    expect(progress).toContain('going down: 71 slow.service stop running')
  })

  it('fails when the server does not come up within up_timeout', async () => {
    await expect(wait([answer('1'), 'cut']).boot).rejects.toThrow('has not come back in 30 s: the connection was lost')
  })

  it('quotes what the server waited for before it went down', async () => {
    const { boot } = wait([answer('1', { job: '71 slow.service stop running' }), 'cut'])

    await expect(boot).rejects.toThrow(
      'has not come back in 30 s: the connection was lost; it was last heard to wait for 71 slow.service stop running',
    )
  })

  it('does not take an unreadable answer for a reboot', async () => {
    const { boot } = wait([answer('1'), 'cut', answer('2', { boot_id: 'none' })])

    await expect(boot).rejects.toThrow('came up, but cannot be asked after 120 s: boot_id cannot be "none"')
  })

  it('waits while logins are refused, and does not ask all the time', async () => {
    const closed = new MaestroError('root at web-1: login refused')
    const { boot, told: progress, asked } = wait([answer('1'), closed, 'cut', closed, closed, answer('2')])

    await expect(boot).resolves.toMatchObject({ downMs: 13_300 })
    expect(progress).toContain('going down: root at web-1: login refused')
    expect(progress).toContain('coming up: root at web-1: login refused')
    expect(asked).toHaveLength(6)
  })

  it('rejects a server with another host key', async () => {
    const { boot, asked } = wait([
      answer('1'),
      'cut',
      new HostKeyMismatchError('its host key is another one'),
      answer('2'),
    ])

    await expect(boot).rejects.toThrow('another machine answers in its place: its host key is another one')
    expect(asked).toHaveLength(3)
  })

  it('rejects another machine at the same address', async () => {
    const { boot } = wait([answer('1'), answer('2', { machine_id: 'b'.repeat(32) })])

    await expect(boot).rejects.toThrow('another machine answers in its place')
  })
})
