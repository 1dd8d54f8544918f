import { describe, expect, it } from 'vitest'
import { rebootRequired } from '../../src/checks/reboot-required.ts'
import type { Fact, ServerFacts } from '../../src/remote/facts/facts.ts'
import type { Kernel } from '../../src/remote/facts/kernel.ts'
import type { Needrestart } from '../../src/remote/facts/needrestart.ts'
import type { RebootFlag } from '../../src/remote/facts/reboot.ts'

const known = <T>(value: T): Fact<T> => ({ status: 'known', value })
const unknown = (why: string): Fact<never> => ({ status: 'unknown', why })

const flag = (changes: Partial<RebootFlag> = {}) =>
  known({ isSet: false, packages: [], since: undefined, hasSetter: true, ...changes })
const kernel = (changes: Partial<Kernel> = {}) =>
  known({
    running: '6.8.0-45-generic',
    newest: '6.8.0-45-generic',
    newestSince: 500,
    pinned: undefined,
    rebuilt: undefined,
    ...changes,
  })
const libraries = (changes: Partial<Needrestart> = {}) =>
  known<Needrestart>({ hasTool: true, kernel: 'current', services: [], ...changes })
const buildRebootFacts = (changes: Partial<ServerFacts> = {}): ServerFacts => ({
  at: 1000,
  reboot: flag(),
  kernel: kernel(),
  needrestart: libraries(),
  ...changes,
})

const older = { running: '6.8.0-9-generic' }

describe('rebootRequired', () => {
  it('returns no when the reboot flag is not set and the newest kernel runs', () => {
    expect(rebootRequired(buildRebootFacts())).toEqual({ due: 'no', reasons: [], since: undefined })
  })

  it.each([
    [
      'packages asked for it',
      { reboot: flag({ isSet: true, packages: ['libc6', 'dbus'], since: 400 }) },
      'required by libc6, dbus',
      400,
    ],
    ['the flag is set by nobody named', { reboot: flag({ isSet: true }) }, 'reboot flag set', undefined],
    [
      'a newer kernel is installed',
      { kernel: kernel(older) },
      'runs kernel 6.8.0-9-generic, 6.8.0-45-generic is installed',
      500,
    ],
    [
      'the running kernel was built again',
      { kernel: kernel({ rebuilt: { running: '6.8.0-45.45', installed: '6.8.0-45.46' } }) },
      'runs kernel 6.8.0-45-generic of package 6.8.0-45.45, 6.8.0-45.46 is installed',
      undefined,
    ],
    [
      'needrestart knows of a kernel',
      { needrestart: libraries({ kernel: 'abi-upgrade' }) },
      'needrestart: a kernel upgrade is pending',
      undefined,
    ],
    [
      'what only a restart renews runs on old libraries',
      { needrestart: libraries({ services: ['dbus.service', 'ssh.service', 'systemd-manager'] }) },
      'on old libraries: dbus.service, systemd-manager',
      undefined,
    ],
  ])('returns yes when %s', (_, changes, reason, since) => {
    expect(rebootRequired(buildRebootFacts(changes))).toEqual({ due: 'yes', reasons: [reason], since })
  })

  it('lists every reason, with the time of the oldest', () => {
    const facts = buildRebootFacts({
      reboot: flag({ isSet: true, since: 700 }),
      kernel: kernel({ ...older, newestSince: 600 }),
    })

    expect(rebootRequired(facts)).toMatchObject({
      due: 'yes',
      reasons: [expect.any(String), expect.any(String)],
      since: 600,
    })
  })

  it.each([
    ['the kernels', { kernel: unknown('sudo refuses'), reboot: flag({ isSet: true, since: 400 }) }],
    ['the flag', { reboot: unknown('no stat'), kernel: kernel(older) }],
  ])('returns yes by one source when it cannot read %s', (_, changes) => {
    expect(rebootRequired(buildRebootFacts(changes))).toMatchObject({ due: 'yes', reasons: [expect.any(String)] })
  })

  it.each([
    [
      'the kernels cannot be read',
      { kernel: unknown('dpkg-query cannot list the kernels (exit 2)') },
      'the kernels unknown: dpkg-query cannot list the kernels (exit 2)',
    ],
    ['the flag cannot be read', { reboot: unknown('no stat') }, 'the reboot flag unknown: no stat'],
    [
      'nothing on the server would set the flag, and needrestart is not there',
      { reboot: flag({ hasSetter: false }), needrestart: libraries({ hasTool: false, kernel: undefined }) },
      'no installed package sets the reboot flag (install needrestart or unattended-upgrades)',
    ],
    [
      'the boot loader is told something that names no kernel',
      { kernel: kernel({ ...older, pinned: { release: undefined, words: '1>2' } }) },
      'kernel 6.8.0-45-generic is installed, but the boot loader is set to start "1>2"',
    ],
  ])('returns unknown when %s', (_, changes, reason) => {
    expect(rebootRequired(buildRebootFacts(changes))).toEqual({ due: 'unknown', reasons: [reason], since: undefined })
  })

  it('returns unknown when no facts were gathered', () => {
    expect(rebootRequired({ at: 1000 })).toMatchObject({
      due: 'unknown',
      reasons: ['the reboot flag unknown: not gathered', 'the kernels unknown: not gathered'],
    })
  })

  it.each([
    ['needrestart cannot be asked', { needrestart: unknown('needs root') }],
    ['needrestart stands in for what would set the flag', { reboot: flag({ hasSetter: false }) }],
    ['no kernel of its own is installed (a container)', { kernel: kernel({ newest: undefined }) }],
    ['its own kernel is newer than the installed one', { kernel: kernel({ running: '6.18.44-generic' }) }],
    ['an older kernel is pinned', { kernel: kernel({ ...older, pinned: { release: '6.8.0-9-generic', words: 'x' } }) }],
    ['it runs the newest, whatever is pinned', { kernel: kernel({ pinned: { release: undefined, words: '1>2' } }) }],
    [
      'the rebuilt package is the older one',
      { kernel: kernel({ rebuilt: { running: '6.8.0-45.46', installed: '6.8.0-45.45' } }) },
    ],
    [
      'services that can be restarted run on old libraries',
      { needrestart: libraries({ services: ['ssh.service', 'cron.service'] }) },
    ],
    [
      'needrestart mistakes a pinned kernel',
      {
        kernel: kernel({ ...older, pinned: { release: '6.8.0-9-generic', words: 'x' } }),
        libraries: libraries({ kernel: 'version-upgrade' }),
      },
    ],
    [
      'needrestart mistakes a kernel from outside',
      { kernel: kernel({ newest: undefined }), needrestart: libraries({ kernel: 'version-upgrade' }) },
    ],
  ])('returns no when %s', (_, changes) => {
    expect(rebootRequired(buildRebootFacts(changes))).toEqual({ due: 'no', reasons: [], since: undefined })
  })
})
