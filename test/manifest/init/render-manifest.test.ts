import { describe, expect, it } from 'vitest'
import type { Found, FoundServer } from '../../../src/manifest/init/found-server.ts'
import { guessComponent } from '../../../src/manifest/init/guess-component.ts'
import { renderManifest } from '../../../src/manifest/init/render-manifest.ts'
import { parseManifest } from '../../../src/manifest/read/read.ts'
import { resolveManifest } from '../../../src/manifest/resolve/resolve.ts'

const found = (
  servers: readonly (Partial<FoundServer> & { readonly name: string })[],
  ssh: Found['ssh'] = {},
): Found => ({
  servers: servers.map((server) => ({ groups: [], ...server })),
  from: 'a file',
  ssh,
  notes: [],
})

const readBack = (text: string, environment?: string) => resolveManifest(parseManifest('M.yml', text), { environment })
const groupsIn = (text: string) =>
  Object.fromEntries(readBack(text).servers.map(({ name, groups }) => [name, groups.join(' ')]))

describe('renderManifest', () => {
  it('writes what was found of each server, and a user that all share only once', () => {
    const { text } = renderManifest(
      found([
        { name: 'web-1', address: '203.0.113.1', user: 'ops', port: 2222 },
        { name: 'web-2', address: '2001:db8::2', user: 'ops' },
      ]),
    )

    expect(readBack(text).servers).toMatchObject([
      { name: 'web-1', address: '203.0.113.1', port: 2222 },
      { name: 'web-2', address: '2001:db8::2' },
    ])
    expect(text.match(/user: ops/g)).toHaveLength(1)
    expect(readBack(text).settings.ssh.user).toBe('ops')
  })

  it('assigns components by group, then by name, and else leaves them to the user', () => {
    const { text } = renderManifest(
      found([
        { name: 'a', groups: ['webservers', 'berlin'] },
        { name: 'b', groups: ['dbservers'] },
        { name: 'lb-1' },
        { name: 'mystery', groups: ['berlin'] },
      ]),
    )

    expect(groupsIn(text)).toEqual({ a: 'docker', b: 'postgresql', 'lb-1': 'load_balancer', mystery: 'docker' })
    expect(text).toContain('{unique_name: mystery}   # berlin, is this its group?')
    expect(text).toContain('{unique_name: a}   # webservers, berlin\n')
  })

  it('writes a server of two groups once and refers to it in the other', () => {
    const { text } = renderManifest(found([{ name: 'both', groups: ['web', 'redis'] }]))

    expect(groupsIn(text)).toEqual({ both: 'docker redis' })
    expect(text).toContain('- server: {same_as: both}')
  })

  it('writes environments when each server is in exactly one of several groups', () => {
    const servers = [
      { name: 'a', groups: ['web', 'production'] },
      { name: 'b', groups: ['web', 'staging'] },
    ]

    const { text } = renderManifest(found(servers))

    expect(readBack(text, 'production').servers.map(({ name }) => name)).toEqual(['a'])
    expect(readBack(text, 'staging').servers.map(({ name }) => name)).toEqual(['b'])
  })

  it('writes no environments when a server is in none of the groups or all are in the same', () => {
    const one = renderManifest(found([{ name: 'a', groups: ['production'] }, { name: 'b' }]))
    const same = renderManifest(
      found([
        { name: 'a', groups: ['production'] },
        { name: 'b', groups: ['production'] },
      ]),
    )

    expect([one, same].map(({ text }) => readBack(text).servers.length)).toEqual([2, 2])
  })

  it('leaves out what no manifest can hold, with a comment', () => {
    const { text, notes } = renderManifest(
      found([
        { name: 'a', address: '203.0.113.1' },
        { name: 'b', address: '203.0.113.1' },
        { name: 'c', address: 'no where' },
        { name: 'd', address: 'd', port: 99_999 },
      ]),
    )

    expect(Object.keys(groupsIn(text))).toEqual(['a'])
    expect(notes).toEqual([
      'b is left out: it is at the address of a',
      expect.stringMatching(/^c is left out: its address must be .*"no where"/),
      expect.stringMatching(/^d is left out: its port must be .*"99999"/),
    ])
  })

  it('writes a valid manifest whatever the names, groups and paths are', () => {
    const nasty = [
      'null',
      '~',
      'a b',
      'ä',
      '-x',
      '{x}',
      'x: y',
      '#x',
      '"',
      "'",
      '\u001b[31m',
      'a\nb: c',
      '{{ x }}',
      '*',
      '&a',
      '!',
    ]
    const servers = nasty.map((name, index) => ({
      name,
      address: `h${index}.example.com`,
      user: 'a$',
      groups: [name, 'web\nx: y', ...nasty],
    }))

    const { text } = renderManifest({
      ...found(servers, { config: '/a b/#c', identity_file: '~/{k}' }),
      from: 'a\nb: c',
    })

    expect(readBack(text).servers).toHaveLength(nasty.length)
  })
})

describe('guessComponent', () => {
  it.each([
    ['webservers', 'docker'],
    ['app01', 'docker'],
    ['db-main', 'postgresql'],
    ['Databases', 'postgresql'],
    ['mariadb', 'mysql'],
    ['load-balancers', 'load_balancer'],
    ['haproxy', 'load_balancer'],
    ['web-db-2', 'postgresql'],
    ['redis', 'redis'],
    ['berlin', undefined],
    ['apple', undefined],
  ])('takes %s for %s', (name, component) => {
    expect(guessComponent(name)).toBe(component)
  })
})
