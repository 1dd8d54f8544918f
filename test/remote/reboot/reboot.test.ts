import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readBootStatus } from '../../../src/operations/reboot/boot-status.ts'
import { allOf } from '../../../src/remote/fields.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const nonce = 'c0ffee'
const bootId = '11111111-2222-4333-8444-555555555555'
const unit = 'maestro-20261123-090000-test-reboot'
const machine = {
  'etc/machine-id': `${'a'.repeat(32)}\n`,
  'proc/sys/kernel/random/boot_id': `${bootId}\n`,
}
const systemd = { 'run/systemd/system': null }
const atRest = `[ "$1" != is-active ] || { printf '%s\\n' inactive inactive; exit 3; }`
const quiet = { systemctl: atRest }

describe.each(shells())('reboot/ scripts under $name', (shell) => {
  function ask(server: FakeServer, name: string) {
    const text = makeScript({ files: [`reboot/${name}.sh`], inputs: { unit, boot_id: bootId }, nonce })
    const { stdout, stderr, status } = server.run(text, shell)
    if (status !== 0) throw new Error(stderr)
    return parseResponse(stdout, nonce)
  }
  const bootStatus = (server: FakeServer) => readBootStatus(ask(server, 'status'))
  const blockers = (server: FakeServer) => allOf(ask(server, 'preflight'), 'stands_in_the_way')

  it('status.sh prints an idle server', () => {
    const server = fakeServer({ files: { ...machine, ...systemd }, tools: quiet })

    expect(bootStatus(server)).toEqual({
      machineId: 'a'.repeat(32),
      bootId,
      isArmed: false,
      isStopping: false,
      blockers: [],
    })
  })

  it.each([
    ['waits for its time', 'active inactive'],
    ['is being carried out', 'inactive activating'],
  ])('status.sh prints a reboot that %s', (_, states) => {
    const tools = {
      systemctl: `[ "$*" != 'is-active ${unit}.timer ${unit}.service' ] || printf '%s\\n' ${states}`,
    }

    expect(bootStatus(fakeServer({ files: { ...machine, ...systemd }, tools })).isArmed).toBe(true)
  })

  it('status.sh prints a server that goes down, and what it waits for', () => {
    const jobs = '70 shutdown.target start waiting\n71 slow.service stop running'
    const tools = { systemctl: `[ "$1" != list-jobs ] || printf '%s\\n' '${jobs}'; ${atRest}` }
    const files = { ...machine, ...systemd }

    const told = bootStatus(fakeServer({ files, tools }))

    expect(told).toMatchObject({ isStopping: true, blockers: ['71 slow.service stop running'] })
  })

  it.each([
    ['says nothing of the units', 'exit 1'],
    ['says nothing of one of them', '[ "$1" != is-active ] || echo inactive'],
    ['tells no jobs', `[ "$1" != list-jobs ] || exit 1; ${atRest}`],
  ])('status.sh is unknown when systemd %s', (_, systemctl) => {
    const server = fakeServer({ files: { ...machine, ...systemd }, tools: { systemctl } })

    expect(() => bootStatus(server)).toThrow('systemd does not answer')
  })

  it.each([
    ['take one that was told before for theirs', 'stopping', ['systemd']],
    ['say so where systemd takes none', 'running', undefined],
  ])('schedule.sh: %s', (_, state, armedBy) => {
    const tools = { 'systemd-run': 'exit 1', systemctl: `echo ${state}; exit 1` }
    const server = fakeServer({ files: { ...machine, ...systemd }, tools })

    if (armedBy === undefined) expect(() => ask(server, 'schedule')).toThrow('systemd did not take the restart')
    else expect(allOf(ask(server, 'schedule'), 'armed_by')).toEqual(armedBy)
  })

  it('schedule.sh starts a timer of one second', () => {
    const tools = {
      ...quiet,
      'systemd-run': 'printf "%s\\n" "$@" >"$MAESTRO_ROOT/armed"; cat "$MAESTRO_ROOT/armed" >&2',
    }
    const server = fakeServer({ files: { ...machine, ...systemd }, tools })

    expect(allOf(ask(server, 'schedule'), 'armed_by')).toEqual(['systemd'])
  })

  it('schedule.sh starts a process that reboots a second later where there is no systemd', async () => {
    const tools = { sh: 'exec /bin/sh "$@"', reboot: ': >"$MAESTRO_ROOT/restarted"' }
    const server = fakeServer({ files: { ...machine, run: null }, tools })

    expect(allOf(ask(server, 'schedule'), 'armed_by')).toEqual(['process'])
    expect(existsSync(`${server.root}/restarted`)).toBe(false)
    await expect.poll(() => existsSync(`${server.root}/restarted`), { timeout: 10_000 }).toBe(true)
  })

  it('schedule.sh does nothing in another boot', () => {
    const files = { ...machine, ...systemd, 'proc/sys/kernel/random/boot_id': '99999999-2222-4333-8444-555555555555\n' }
    const server = fakeServer({ files, tools: { ...quiet, 'systemd-run': 'exit 1' } })

    expect(allOf(ask(server, 'schedule'), 'armed_by')).toEqual(['nothing'])
  })

  it('status.sh detects a reboot without systemd by its fresh mark', () => {
    const files = { ...machine, [`run/${unit}`]: '999999999\n' }

    expect(bootStatus(fakeServer({ files, tools: {} })).isArmed).toBe(true)
  })

  it('schedule.sh fails when systemd rejects the timer', () => {
    const server = fakeServer({ files: { ...machine, ...systemd }, tools: { ...quiet, 'systemd-run': 'exit 1' } })

    expect(() => ask(server, 'schedule')).toThrow('systemd did not take the restart')
  })

  it('preflight.sh finds nothing on a healthy server', () => {
    const files = { 'boot/vmlinuz-6.8': 'k', 'boot/initrd.img-6.8': 'i', 'etc/fstab': '' }
    const tools = { findmnt: 'exit 0', sshd: 'exit 0', 'update-initramfs': 'exit 0' }

    expect(blockers(fakeServer({ files, tools }))).toEqual([])
  })

  it('preflight.sh names everything that could prevent the next boot', () => {
    const files = {
      'boot/vmlinuz-6.8': '',
      'etc/fstab': '',
      'run/systemd/shutdown/scheduled': '',
    }
    const tools = {
      findmnt: "echo '/data'; echo '   [E] unreachable on boot required source: UUID=1'; exit 1",
      sshd: "echo 'line 3: Bad option' >&2; exit 255",
      'update-initramfs': 'exit 0',
    }

    expect(blockers(fakeServer({ files, tools }))).toEqual([
      expect.stringContaining('a shutdown is already scheduled'),
      '/boot/vmlinuz-6.8 is empty',
      expect.stringContaining('kernel 6.8 has no initrd'),
      expect.stringContaining('unreachable on boot required source: UUID=1'),
      'sshd would not start: line 3: Bad option',
    ])
  })
})
