import { utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const lock = 'var/lib/maestro/lock'

describe.each(shells())('facts/maestro.sh under $name', (shell) => {
  it('prints nothing on a server that maestro never changed', () => {
    expect(fakeServer().facts(['maestro'], shell).maestro).toEqual({
      status: 'known',
      value: { lock: undefined, drained: [] },
    })
  })

  it('prints the lock with its owner, and open drains', () => {
    const files = {
      [`${lock}/owner`]: 'ops@control-1 (pid 4711)\n',
      [`${lock}/run`]: '2026-11-23-0612-k3\n',
      [`${lock}/since`]: '1795000000\n',
      [`${lock}/heartbeat`]: '',
      'run/systemd/system': null,
      'var/lib/maestro/drained/2026-11-20-0100-aa': '',
      'var/lib/maestro/2026-11-20-0100-aa/intent': 'owner',
    }

    const unit = 'maestro-2026-11-23-0612-k3-upgrade.service'
    const tools = { systemctl: `[ "$1" = list-units ] && echo "${unit} loaded active running"` }
    const server = fakeServer({ files, tools })
    utimesSync(`${server.root}/${lock}/heartbeat`, Date.now() / 1000 - 100, Date.now() / 1000 - 100)

    expect(server.facts(['maestro'], shell).maestro).toEqual({
      status: 'known',
      value: {
        lock: {
          owner: 'ops@control-1 (pid 4711)',
          run: '2026-11-23-0612-k3',
          since: 1_795_000_000,
          quietSeconds: expect.closeTo(100, -1),
          busy: [unit],
        },
        drained: ['2026-11-20-0100-aa'],
      },
    })
  })

  it('counts an empty lock folder as held', () => {
    const server = fakeServer({ files: { [lock]: null }, tools: { date: 'echo 1795000000' } })

    expect(server.facts(['maestro'], shell).maestro).toMatchObject({
      value: { lock: { owner: 'somebody', run: 'unknown', since: 1_795_000_000, busy: [] } },
    })
  })

  it('is unknown when the folder is not readable and sudo refuses', () => {
    const tools = { id: 'echo 1000', find: 'exit 1', sudo: 'echo "sudo: a password is required" >&2; exit 1' }

    expect(fakeServer({ files: { [lock]: null }, tools }).facts(['maestro'], shell).maestro).toEqual({
      status: 'unknown',
      why: 'needs root, which sudo refuses (sudo: a password is required)',
    })
  })
})
