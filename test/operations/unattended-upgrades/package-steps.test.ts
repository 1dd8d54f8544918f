import { describe, expect, it } from 'vitest'
import { packageStep } from '../../../src/operations/unattended-upgrades/install-package-step.ts'
import { packageBackStep } from '../../../src/operations/unattended-upgrades/remove-package-step.ts'
import type { Look, Nightly } from '../../../src/remote/facts/facts.ts'
import { type Answers, aContext } from '../a-context.ts'
import { lookAtNight } from './a-night.ts'

const missing = { is: 'missing', candidate: '2.9.1' } as const
const interrupted = (lockHolders: readonly { lock: string; pid: number; command: string; ageSeconds: number }[]) => ({
  dpkg: { is: 'known', value: { isInterrupted: true, broken: [], lockHolders } } as const,
})
const apt = { lock: 'frontend', pid: 812, command: 'apt-get upgrade', ageSeconds: 20 }

const ended = (result: string, log = '') => ({
  job_is: 'ended',
  job_result: result,
  job_log_from: '0',
  job_log_bytes: [Buffer.from(log).toString('hex')],
})

/** A context whose server answers so, and looks so. */
const contextOver = (answers: Answers, parts: Partial<Nightly>) => ({
  ...aContext(answers).at,
  look: async (): Promise<Look> => lookAtNight(parts),
})

describe('the package', () => {
  it.each<[string, Partial<Nightly>, Partial<Look>, object]>([
    ['installed', {}, {}, { is: 'done', why: 'unattended-upgrades 2.9.1 is installed' }],
    ['missing', { package: missing }, {}, { is: 'due', what: '2.9.1' }],
    ['missing and in no list yet', { package: { is: 'missing', candidate: undefined } }, {}, { is: 'due', what: '' }],
    [
      'half-installed',
      { package: { is: 'half-installed', state: 'unpacked' } },
      {},
      {
        is: 'blocked',
        why: 'dpkg has unattended-upgrades as unpacked: run `dpkg --configure -a` there first',
      },
    ],
    [
      'missing while dpkg lies there cut off',
      { package: missing },
      interrupted([]),
      { is: 'blocked', why: 'dpkg was cut off in the middle: run `dpkg --configure -a` there first' },
    ],
    [
      'missing while dpkg is at work for others',
      { package: missing },
      interrupted([apt]),
      { is: 'due', what: '2.9.1' },
    ],
  ])('that is %s', (_, parts, others, verdict) => {
    expect(packageStep.foresee(lookAtNight(parts, others))).toEqual(verdict)
  })

  it('is installed in words that name its version, where there is one', () => {
    expect(packageStep.describe('2.9.1')).toEqual(['refresh the package lists', 'install unattended-upgrades 2.9.1'])
    expect(packageStep.describe('')).toEqual(['refresh the package lists', 'install unattended-upgrades'])
  })

  it('may come in another version than planned, but not where it was planned to be there', () => {
    expect(packageStep.drift?.('2.9.1', '2.9.2')).toBeUndefined()
    expect(packageStep.drift?.(undefined, '2.9.1')).toBe('unattended-upgrades was there and is not any more')
  })

  it('is proved by dpkg', async () => {
    const at = contextOver([ended('exited 0 1795000000')], {})

    expect(await packageStep.prove(at, '')).toEqual({ version: '2.9.1' })
  })

  it('is not proved by the good end of apt-get alone', async () => {
    const at = contextOver([ended('exited 0 1795000000')], { package: missing })

    await expect(packageStep.prove(at, '')).rejects.toThrow(
      'apt-get ended well, but unattended-upgrades is not installed',
    )
  })

  it.each([
    [
      ended('exited 100 1795000000', 'Reading…\nE: Unable to fetch some archives\n\n'),
      'unattended-upgrades cannot be installed: E: Unable to fetch some archives',
    ],
    [ended('exited 1 1795000000'), 'unattended-upgrades cannot be installed: it said nothing'],
    [
      ended('killed oom-kill 9 1795000000', 'Unpacking\n'),
      'unattended-upgrades cannot be installed: it was ended by systemd (oom-kill 9): Unpacking',
    ],
  ])('fails with the last words of apt-get and its log', async (answer, message) => {
    const failed = packageStep.prove(contextOver([answer], {}), '')

    await expect(failed).rejects.toMatchObject({
      message,
      hint: 'see /var/log/maestro/20261123-091500-test/upgrade.log there',
    })
  })
})

describe('the package on the way back', () => {
  const was = { timers: [], packages: ['unattended-upgrades', 'python3-apt'], proved: undefined }

  it('goes with what came with it, where maestro installed it', () => {
    const verdict = packageBackStep.foresee(lookAtNight({ was }))

    expect(verdict).toEqual({ is: 'due', what: was.packages })
    expect(packageBackStep.describe(was.packages)).toEqual([
      'purge unattended-upgrades, which maestro installed, unless something else needs it',
      'purge python3-apt, likewise',
    ])
  })

  it('stays where somebody else installed it', () => {
    expect(packageBackStep.foresee(lookAtNight())).toEqual({
      is: 'not-due',
      why: 'maestro did not install unattended-upgrades here',
    })
  })

  it.each<[Partial<Nightly>, string]>([
    [{ package: missing }, 'purged'],
    [{}, 'kept, since others need it'],
  ])('is told to be gone or kept by dpkg', async (parts, told) => {
    const at = contextOver([ended('exited 0 1795000000')], parts)

    expect(await packageBackStep.prove(at, was.packages)).toEqual({ package: told })
  })
})
