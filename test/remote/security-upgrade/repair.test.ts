import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makeScript } from '../../../src/remote/script.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const text = makeScript({ files: ['lib/apt.sh', 'security-upgrade/repair.sh'], nonce: 'c0ffee' })
const noted = (name: string) => `echo "${name} $*" >>"$MAESTRO_ROOT/words"`

describe.each(shells())('security-upgrade/repair.sh under $name', (shell) => {
  it('configures pending packages, keeps changed configuration files, installs missing dependencies and removes nothing', () => {
    const server = fakeServer({ tools: { dpkg: noted('dpkg'), 'apt-get': noted('apt-get') } })

    expect(server.run(text, shell).status).toBe(0)
    expect(readFileSync(`${server.root}/words`, 'utf8').trimEnd().split('\n')).toEqual([
      'dpkg --force-confdef --force-confold --configure -a',
      expect.stringMatching(/^apt-get -q -y .*--force-confold .*--no-remove -f install$/),
    ])
  })

  it('stops when dpkg fails', () => {
    const server = fakeServer({ tools: { dpkg: `${noted('dpkg')}; exit 1`, 'apt-get': noted('apt-get') } })

    expect(server.run(text, shell).status).not.toBe(0)
    expect(readFileSync(`${server.root}/words`, 'utf8')).not.toContain('apt-get')
  })
})
