import { describe, expect, it } from 'vitest'
import { installPackageStep } from '../../../src/operations/unattended-upgrades/install-package-step.ts'
import { removePackageStep } from '../../../src/operations/unattended-upgrades/remove-package-step.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import { buildPeriodicFacts } from '../../support/builders/build-periodic-upgrades.ts'
import { type Answers, fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const missing = { status: 'missing', candidate: '2.9.1' } as const
const interrupted = (lockHolders: readonly { lock: string; pid: number; command: string; ageSeconds: number }[]) => ({
  dpkg: { status: 'known', value: { isInterrupted: true, broken: [], lockHolders } } as const,
})
const apt = { lock: 'frontend', pid: 812, command: 'apt-get upgrade', ageSeconds: 20 }

const ended = (result: string, log = '') => ({
  job_is: 'ended',
  job_result: result,
  job_log_from: '0',
  job_log_bytes: [Buffer.from(log).toString('hex')],
})

/** A context whose server answers so, and looks so. */
const contextOver = (answers: Answers, parts: Partial<PeriodicUpgrades>) => ({
  ...fakeServerContext(answers).ctx,
  gatherFacts: async (): Promise<ServerFacts> => buildPeriodicFacts(parts),
})

describe('installPackageStep', () => {
  it.each<[string, Partial<PeriodicUpgrades>, Partial<ServerFacts>, object]>([
    ['installed', {}, {}, { status: 'done', why: 'unattended-upgrades 2.9.1 is installed' }],
    ['missing', { package: missing }, {}, { status: 'due', change: '2.9.1' }],
    [
      'missing and in no list yet',
      { package: { status: 'missing', candidate: undefined } },
      {},
      { status: 'due', change: '' },
    ],
    [
      'half-installed',
      { package: { status: 'half-installed', state: 'unpacked' } },
      {},
      {
        status: 'blocked',
        why: 'dpkg has unattended-upgrades as unpacked: run `dpkg --configure -a` there first',
      },
    ],
    [
      'missing while dpkg lies there cut off',
      { package: missing },
      interrupted([]),
      { status: 'blocked', why: 'dpkg was cut off in the middle: run `dpkg --configure -a` there first' },
    ],
    [
      'missing while dpkg is at work for others',
      { package: missing },
      interrupted([apt]),
      { status: 'due', change: '2.9.1' },
    ],
  ])('plans a package that is %s', (_, parts, others, verdict) => {
    expect(installPackageStep.plan(buildPeriodicFacts(parts, others))).toEqual(verdict)
  })

  it('describes the installation with its version, where it is known', () => {
    expect(installPackageStep.describe('2.9.1')).toEqual([
      'refresh the package lists',
      'install unattended-upgrades 2.9.1',
    ])
    expect(installPackageStep.describe('')).toEqual(['refresh the package lists', 'install unattended-upgrades'])
  })

  it('exceedsPlan accepts another version, but not an installation that was not planned', () => {
    expect(installPackageStep.exceedsPlan?.('2.9.1', '2.9.2')).toBeUndefined()
    expect(installPackageStep.exceedsPlan?.(undefined, '2.9.1')).toBe(
      'unattended-upgrades was there and is not any more',
    )
  })

  it('verify asks dpkg', async () => {
    const at = contextOver([ended('exited 0 1795000000')], {})

    expect(await installPackageStep.verify(at, '')).toEqual({ version: '2.9.1' })
  })

  it('verify does not trust the exit code of apt-get', async () => {
    const at = contextOver([ended('exited 0 1795000000')], { package: missing })

    await expect(installPackageStep.verify(at, '')).rejects.toThrow(
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
  ])('verify fails with the last words of apt-get and its log', async (answer, message) => {
    const failed = installPackageStep.verify(contextOver([answer], {}), '')

    await expect(failed).rejects.toMatchObject({
      message,
      hint: 'see /var/log/maestro/20261123-091500-test/upgrade.log there',
    })
  })
})

describe('removePackageStep', () => {
  const was = { timers: [], packages: ['unattended-upgrades', 'python3-apt'], proved: undefined }

  it('removes the package and its dependencies where maestro installed it', () => {
    const verdict = removePackageStep.plan(buildPeriodicFacts({ was }))

    expect(verdict).toEqual({ status: 'due', change: was.packages })
    expect(removePackageStep.describe(was.packages)).toEqual([
      'purge unattended-upgrades, which maestro installed, unless something else needs it',
      'purge python3-apt, likewise',
    ])
  })

  it('keeps a package that maestro did not install', () => {
    expect(removePackageStep.plan(buildPeriodicFacts())).toEqual({
      status: 'not-due',
      why: 'maestro did not install unattended-upgrades here',
    })
  })

  it.each<[Partial<PeriodicUpgrades>, string]>([
    [{ package: missing }, 'purged'],
    [{}, 'kept, since others need it'],
  ])('verify reports whether dpkg has purged or kept the package', async (parts, told) => {
    const at = contextOver([ended('exited 0 1795000000')], parts)

    expect(await removePackageStep.verify(at, was.packages)).toEqual({ package: told })
  })
})
