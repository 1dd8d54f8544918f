import { setImmediate as nextTurn } from 'node:timers/promises'
import { sha1Block, sha1Start } from './sha1.ts'

/** A name as HashKnownHosts writes it: HMAC-SHA1 of the name under a salt of its own. */
export interface HashedName {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Finds those that stand for a name. Each has to be tried: it is done a part at a time, so that everything else goes on. */
export type FindHashed<T> = (name: string) => Promise<readonly T[]>

// A salt is as long as the hash, or ssh does not read the line.
const sizeBytes = 20
const atATime = 1_000

export function makeFindHashed<T extends HashedName>(all: readonly T[]): FindHashed<T> {
  const entries = all.filter(({ salt, hash }) => salt.length === sizeBytes && hash.length === sizeBytes).map(keyed)
  // One search at a time: many at once would take as many turns together.
  let last: Promise<unknown> = Promise.resolve()

  async function search(name: string): Promise<readonly T[]> {
    const blocks = blocksOf(name)
    const found: T[] = []
    for (let start = 0; start < entries.length; start += atATime) {
      await nextTurn()
      for (const entry of entries.slice(start, start + atATime)) if (entry.isOf(blocks)) found.push(entry.item)
    }
    return found
  }

  return (name) => {
    const found = last.then(() => search(name))
    last = found
    return found
  }
}

type Entry<T> = { readonly item: T; readonly isOf: (blocks: readonly Int32Array[]) => boolean }

// What depends on the salt alone is half of the work: it is done once, when the entry is first tried.
function keyed<T extends HashedName>(item: T): Entry<T> {
  const { salt, hash } = item
  const first = hash.readInt32BE()
  let states: readonly [inner: Int32Array, outer: Int32Array] | undefined
  return {
    item,
    isOf: (blocks) => {
      states ??= [stateAfter(salt, 0x36363636), stateAfter(salt, 0x5c5c5c5c)]
      const [inner, outer] = states
      let state = inner
      for (const block of blocks) state = sha1Block(state, block, digest)
      outerBlock.set(digest)
      sha1Block(outer, outerBlock, digest)
      return digest[0] === first && digest.every((word, index) => word === hash.readInt32BE(index * 4))
    },
  }
}

const digest = new Int32Array(5)
// The inner hash, then the end of the message: one bit, and its length in bits with the key's block before it.
const outerBlock = new Int32Array(16)
outerBlock[5] = 1 << 31
outerBlock[15] = (64 + sizeBytes) * 8

// RFC 2104: the key, filled up with zeros and crossed with a constant, is the first block.
function stateAfter(salt: Buffer, pad: number): Int32Array {
  const block = new Int32Array(16).map((_, index) => (index < 5 ? salt.readInt32BE(index * 4) : 0) ^ pad)
  return sha1Block(sha1Start, block)
}

// The name and the end of the message, as blocks that follow that of the key.
function blocksOf(name: string): readonly Int32Array[] {
  const text = Buffer.from(name)
  const data = Buffer.alloc(Math.ceil((text.length + 9) / 64) * 64)
  text.copy(data)
  data[text.length] = 0x80
  data.writeUInt32BE((64 + text.length) * 8, data.length - 4)
  return Array.from({ length: data.length / 64 }, (_, block) =>
    new Int32Array(16).map((_word, index) => data.readInt32BE(block * 64 + index * 4)),
  )
}
