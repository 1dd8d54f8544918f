import { describe, expect, it } from 'vitest'
import { readIdentity } from '../../../src/remote/facts/identity.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const files = {
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'proc/sys/kernel/random/boot_id': 'bcf9dd11-6bbd-43f8-af3c-681583ab6058\n',
  'proc/uptime': '4472.31 8000.00\n',
  'proc/1/stat': '1 (systemd) S 0 1 1 0 -1 4194560 61 40 8 9 10 11 12 13 20 0 1 0 445102 174 2\n',
}
const tools = { uname: 'echo web-1' }

describe.each(shells())('facts/identity.sh under $name', (shell) => {
  it('prints the machine id, the boot id and the start of init', () => {
    const { identity } = fakeServer({ files, tools }).facts(['identity'], shell)

    expect(identity).toEqual({
      status: 'known',
      value: {
        machineId: '0123456789abcdef0123456789abcdef',
        bootId: 'bcf9dd11-6bbd-43f8-af3c-681583ab6058',
        init: 'systemd',
        initStartTicks: 445_102,
        uptimeSeconds: 4472,
        hostname: 'web-1',
      },
    })
  })

  it('reads an init whose name has spaces and brackets', () => {
    const stat = files['proc/1/stat'].replace('systemd', 'tini (a) b')

    const { identity } = fakeServer({ files: { ...files, 'proc/1/stat': stat }, tools }).facts(['identity'], shell)

    expect(identity).toMatchObject({ value: { init: 'tini (a) b', initStartTicks: 445_102 } })
  })

  it('works without /proc/1, which hidepid hides', () => {
    const { 'proc/1/stat': _, ...others } = files

    const { identity } = fakeServer({ files: others, tools }).facts(['identity'], shell)

    expect(identity).toMatchObject({ status: 'known', value: { init: undefined, initStartTicks: undefined } })
  })

  it('is unknown without a boot id, because no reboot could be verified', () => {
    const { 'proc/sys/kernel/random/boot_id': _, ...others } = files

    const { identity } = fakeServer({ files: others, tools }).facts(['identity'], shell)

    expect(identity).toMatchObject({ status: 'unknown', why: expect.stringMatching(/boot_id.*no such file/i) })
  })
})

describe('readIdentity', () => {
  const told = {
    machine_id: 'a'.repeat(32),
    boot_id: 'bcf9dd11-6bbd-43f8-af3c-681583ab6058',
    uptime: '1.0',
    hostname: 'x',
  }

  it.each([
    ['boot_id', '', 'the server did not tell boot_id'],
    ['boot_id', 'System is going down.', 'boot_id cannot be "System is going down."'],
    ['machine_id', 'uninitialized', 'machine_id cannot be "uninitialized"'],
    ['uptime', '-1', 'uptime cannot be "-1"'],
  ])('rejects %s = %j', (key, value, message) => {
    expect(() => readIdentity(buildFields({ ...told, [key]: value }))).toThrow(message)
  })

  it('rejects a fact that appears twice', () => {
    expect(() => readIdentity(buildFields({ ...told, boot_id: [told.boot_id, told.boot_id] }))).toThrow(
      'told boot_id twice',
    )
  })
})
