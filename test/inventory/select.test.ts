import { describe, expect, it } from 'vitest'
import { type Selection, selectServers } from '../../src/inventory/select.ts'

const servers = [
  { name: 'web-1', address: '203.0.113.11', groups: ['docker'], spare: false },
  { name: 'web-2', address: '203.0.113.12', groups: ['docker'], spare: false },
  { name: 'db-1', groups: ['postgresql'], spare: false },
  { name: 'fresh-1', groups: ['docker'], spare: true },
]

const namesOfGroup = (word: string) => servers.filter(({ groups }) => groups.includes(word)).map(({ name }) => name)

function select(selection: Partial<Selection>): readonly string[] {
  const everything = { groups: [], servers: [], exclude: [] }
  return selectServers({ servers, selection: { ...everything, ...selection }, namesOfGroup }).map(({ name }) => name)
}

describe('selectServers', () => {
  it('selects every server but the spare ones without options', () => {
    expect(select({})).toEqual(['web-1', 'web-2', 'db-1'])
  })

  it.each([
    ['a name', 'web-2', ['web-2']],
    ['an address', '203.0.113.11', ['web-1']],
    ['a glob', 'web-*', ['web-1', 'web-2']],
    ['a glob of an address', '203.0.113.1?', ['web-1', 'web-2']],
    ['a folded set', 'web-[1-2],db-1', ['web-1', 'web-2', 'db-1']],
    ['a spare server by its name', 'fresh-1', ['fresh-1']],
  ])('selects servers by %s', (_, pattern, expected) => {
    expect(select({ servers: [pattern] })).toEqual(expected)
  })

  it('intersects --server with --group and subtracts --exclude', () => {
    expect(select({ groups: ['docker', 'postgresql'], exclude: ['web-1'] })).toEqual(['web-2', 'db-1'])
    expect(select({ groups: ['docker'], servers: ['*-1'] })).toEqual(['web-1', 'fresh-1'])
  })

  it('keeps the first servers up to --max-servers, in manifest order', () => {
    expect(select({ servers: ['db-1', 'web-2'], maxServers: 1 })).toEqual(['web-2'])
  })

  it('rejects an unknown name in --server and --exclude', () => {
    expect(() => select({ servers: ['wbe-1'] })).toThrow('--server wbe-1: no server of that name or address')
    expect(() => select({ exclude: ['web-9'] })).toThrow('--exclude web-9: no server of that name or address')
  })

  it('rejects a selection without servers', () => {
    expect(() => select({ groups: ['docker'], servers: ['db-1'] })).toThrow('no server is left')
  })

  it('matches dots and brackets of a pattern literally', () => {
    expect(() => select({ servers: ['203x0.113.1*'] })).toThrow('no server of that name or address')
  })
})
