import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeFindHashed } from '../../../src/ssh/known-hosts/hashed-names.ts'

const entry = (name: string) => {
  const salt = randomBytes(20)
  return { name, salt, hash: createHmac('sha1', salt).update(name).digest() }
}
const namesOf = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name)

describe('makeFindHashed', () => {
  // Around 55 and 64 bytes the message takes another block.
  it.each([0, 1, 2, 20, 54, 55, 56, 63, 64, 65, 119, 120, 255])('finds a name of %i characters', async (length) => {
    const name = 'x'.repeat(length)
    const find = makeFindHashed([entry('other'), entry(name), entry(`${name}y`)])

    expect(namesOf(await find(name))).toEqual([name])
  })

  it('finds every match, for many concurrent callers', async () => {
    const names = Array.from({ length: 2_500 }, (_, n) => `web-${n}`)
    const find = makeFindHashed([...names, 'web-7'].map(entry))

    const found = await Promise.all(['web-7', 'web-2499', 'web-x'].map(find))

    expect(found.map(namesOf)).toEqual([['web-7', 'web-7'], ['web-2499'], []])
  })

  it('ignores a form that ssh does not read', async () => {
    const { name, salt, hash } = entry('web-1')
    const find = makeFindHashed([
      { name, salt: salt.subarray(1), hash },
      { name, salt, hash: hash.subarray(0, 8) },
    ])

    expect(await find('web-1')).toEqual([])
  })

  it('yields to other work while it searches', async () => {
    const find = makeFindHashed(Array.from({ length: 4_000 }, (_, n) => entry(`web-${n}`)))
    let turns = 0
    let isFound = false
    const count = () => {
      turns += 1
      if (!isFound) setImmediate(count)
    }
    setImmediate(count)

    await find('web-1')
    isFound = true

    expect(turns).toBeGreaterThan(2)
  })
})
