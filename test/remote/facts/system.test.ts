import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { recorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const apt = { 'apt-get': 'exit 0', 'dpkg-query': 'exit 0' }

describe.each(shells())('facts/system.sh under $name', (shell) => {
  it.each([
    ['ubuntu-24.04', { id: 'ubuntu', release: '24.04', codename: 'noble', name: 'Ubuntu 24.04.1 LTS', hasApt: true }],
    [
      'debian-12',
      { id: 'debian', release: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)', hasApt: true },
    ],
    [
      'debian-13',
      { id: 'debian', release: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)', hasApt: true },
    ],
  ])('reads %s', (release, value) => {
    const server = fakeServer({ files: { 'etc/os-release': recorded(`os-release-${release}`) }, tools: apt })

    expect(server.facts(['system'], shell).system).toEqual({ status: 'known', value })
  })

  it('prints that apt is missing without dpkg or apt-get', () => {
    const server = fakeServer({
      files: { 'usr/lib/os-release': 'ID=alpine\nVERSION_ID=3.22.1\n' },
      tools: { 'apt-get': '' },
    })

    expect(server.facts(['system'], shell).system).toMatchObject({
      value: { id: 'alpine', name: 'alpine 3.22.1', hasApt: false },
    })
  })

  it('never executes os-release', () => {
    const file = 'ID="a\\"b"\nPRETTY_NAME="$(touch ran) `touch ran`"\nVERSION_ID=\'1\'\ntouch ran\n'
    const server = fakeServer({ files: { 'etc/os-release': file } })

    expect(server.facts(['system'], shell).system).toMatchObject({
      value: { id: 'a"b', name: '$(touch ran) `touch ran`', release: '1' },
    })
  })

  it('is unknown without os-release', () => {
    expect(fakeServer().facts(['system'], shell).system).toMatchObject({ status: 'unknown' })
  })
})
