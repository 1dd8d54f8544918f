import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/base/errors.ts'
import { expandGroup, usableGroups } from '../../src/manifest/groups.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'

const text = `
docker:
  servers:
  - server: {unique_name: web-1}
  - server: {unique_name: web-2}
node: {server: {unique_name: node-1}}
mysql:
  servers:
  - server: {unique_name: db-1}
  groups:
    reporting: {server: {unique_name: db-2}}
postgresql: {server: {same_as: db-1}}
redis: {server: external}
load_balancer: {server: {unique_name: lb-1}}
`
const manifest = resolveManifest(parseManifest('Manifest.yml', text))

describe('expandGroup and usableGroups', () => {
  it.each([
    { word: 'docker', names: ['web-1', 'web-2'] },
    { word: 'web', names: ['web-1', 'web-2', 'node-1'] },
    { word: 'haproxy', names: ['lb-1'] },
    { word: 'load_balancer', names: ['lb-1'] },
    { word: 'db', names: ['db-1', 'db-2'] },
    { word: 'postgres', names: ['db-1'] },
    { word: 'mysql', names: ['db-1', 'db-2'] },
    { word: 'mysql/default', names: ['db-1'] },
    { word: 'mysql/reporting', names: ['db-2'] },
    { word: 'all', names: ['web-1', 'web-2', 'node-1', 'db-1', 'db-2', 'lb-1'] },
  ])('expand --group $word to its servers, each once', ({ word, names }) => {
    expect(expandGroup(manifest, word)).toEqual(names)
  })

  it('reject an unknown group and list the usable ones', () => {
    expect(() => expandGroup(manifest, 'dokcer')).toThrow(
      expect.objectContaining({
        message: 'there is no group "dokcer"; did you mean docker?',
        hint: expect.stringMatching(/^the manifest has docker, node, mysql\/default, /),
      }),
    )
  })

  it.each(['redis', 'rails', 'mysql/archive', 'elasticsearch'])('reject a group without servers: %s', (word) => {
    expect(() => expandGroup(manifest, word)).toThrow(UsageError)
  })

  it('reject a component without servers', () => {
    expect(() => expandGroup(manifest, 'redis')).toThrow('no server of Manifest.yml is in the group redis')
  })

  it('reject any group in a manifest without servers', () => {
    const empty = resolveManifest(parseManifest('Manifest.yml', 'docker: {}\n'))

    expect(() => expandGroup(empty, 'all')).toThrow(
      expect.objectContaining({
        message: 'no server of Manifest.yml is in the group all',
        hint: 'the manifest names no servers',
      }),
    )
  })

  it('usableGroups lists only groups that have servers', () => {
    expect(usableGroups(manifest)).toEqual([
      ...['docker', 'node', 'mysql/default', 'mysql/reporting', 'postgresql', 'load_balancer'],
      ...['mysql', 'all', 'web', 'haproxy', 'db', 'postgres'],
    ])
  })
})
