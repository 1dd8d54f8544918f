import { describe, expect, it } from 'vitest'
import { readNeedrestart } from '../../../src/remote/facts/needrestart.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { printRecorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const root = { id: 'echo 0' }
const plainUser = { id: 'echo 1000' }

describe.each(shells())('facts/needrestart.sh under $name', (shell) => {
  it('prints services that run deleted libraries', () => {
    const server = fakeServer({ tools: { ...root, needrestart: printRecorded('needrestart-ubuntu-24.04') } })

    expect(server.facts(['needrestart'], shell).needrestart).toEqual({
      status: 'known',
      value: {
        hasTool: true,
        kernel: undefined,
        services: [
          'dbus.service',
          'fl-daemon.service',
          'systemd-journald.service',
          'systemd-logind.service',
          'systemd-manager',
          'unattended-upgrades.service',
        ],
      },
    })
  })

  it('runs needrestart as root in list mode', () => {
    const needrestart = `[ "$NEEDRESTART_MODE $*" = 'l -b' ] && ${printRecorded('needrestart-debian-13')}`
    const sudo = `[ "$1" = -n ] && shift && SUDO=yes exec "$@"`
    const server = fakeServer({ tools: { ...plainUser, sudo, needrestart: `[ "$SUDO" = yes ] && ${needrestart}` } })

    expect(server.facts(['needrestart'], shell).needrestart).toMatchObject({
      status: 'known',
      value: { hasTool: true },
    })
  })

  it.each(['sudo: a password is required', "sudo-rs: I'm sorry deploy. I'm afraid I can't do that"])(
    'is unknown when sudo refuses with "%s"',
    (words) => {
      const sudo = `echo "${words}" >&2; exit 1`
      const server = fakeServer({ tools: { ...plainUser, sudo, needrestart: printRecorded('needrestart-debian-13') } })

      expect(server.facts(['needrestart'], shell).needrestart).toEqual({
        status: 'unknown',
        why: `needs root, which sudo refuses (${words})`,
      })
    },
  )

  it('is unknown when needrestart hangs', () => {
    const server = fakeServer({ tools: { ...root, needrestart: 'exit 0', timeout: 'exit 124' } })

    expect(server.facts(['needrestart'], shell).needrestart).toEqual({
      status: 'unknown',
      why: 'needrestart gave no answer within 30 s',
    })
  })

  it('prints that needrestart is missing', () => {
    expect(fakeServer().facts(['needrestart'], shell).needrestart).toEqual({
      status: 'known',
      value: { hasTool: false, kernel: undefined, services: [] },
    })
  })
})

describe('readNeedrestart', () => {
  it.each([
    ['0', undefined],
    ['1', 'current'],
    ['2', 'abi-upgrade'],
    ['3', 'version-upgrade'],
    ['9', undefined],
  ])('reads kernel state %s as %s', (state, kernel) => {
    const lines = ['NEEDRESTART-VER: 3.6', `NEEDRESTART-KSTA: ${state}`]

    expect(readNeedrestart(buildFields({ needrestart: 'yes', needrestart_line: lines })).kernel).toBe(kernel)
  })

  it('rejects an invalid answer', () => {
    expect(() => readNeedrestart(buildFields({ needrestart: 'yes' }))).toThrow('needrestart gave no answer')
  })
})
