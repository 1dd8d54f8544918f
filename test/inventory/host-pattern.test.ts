import { describe, expect, it } from 'vitest'
import { expandNames, foldNames } from '../../src/inventory/host-pattern.ts'

describe('foldNames', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['leaves one name as it is', ['web-1'], 'web-1'],
    ['writes neighbours as a range', ['web-3', 'web-1', 'web-2'], 'web-[1-3]'],
    ['writes gaps with commas', ['web-1', 'web-2', 'web-7'], 'web-[1-2,7]'],
    ['keeps leading zeros', ['n08', 'n09', 'n10'], 'n[08-09],n10'],
    ['keeps what follows the number', ['web1.example.com', 'web2.example.com'], 'web[1-2].example.com'],
    ['orders families as people count', ['db-1', 'web-2', 'lb'], 'db-1,lb,web-2'],
    ['counts a name once', ['web-1', 'web-1'], 'web-1'],
    ['leaves names with its own signs alone', ['a[1]', 'a[2]'], 'a[1],a[2]'],
    ['has nothing to say of nobody', [], ''],
  ]
  it.each(cases)('%s', (_, names, folded) => {
    expect(foldNames(names)).toBe(folded)
  })

  it('is reversed by expandNames', () => {
    const names = Array.from({ length: 500 }, (_, index) => `${['web-', 'db', 'n0'][index % 3]}${(index * 37) % 400}`)

    const unique = [...new Set(names)].sort()

    expect([...expandNames(foldNames(names))].sort()).toEqual(unique)
  })
})

describe('expandNames', () => {
  it('expands several brackets and lists', () => {
    expect(expandNames('r[1-2]-web[1,3], db-1')).toEqual(['r1-web1', 'r1-web3', 'r2-web1', 'r2-web3', 'db-1'])
  })

  it('rejects a descending range and a range that is too long', () => {
    expect(() => expandNames('web-[9-1]')).toThrow('web-[9-1]: the range 9-1 counts downwards')
    expect(() => expandNames('web-[1-999999999]')).toThrow('more than 100000 names')
  })
})
