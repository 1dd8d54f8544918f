import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { coalesceWrites } from '../../../src/ssh/transport/coalesce-writes.ts'

function makeStream() {
  const sent: string[] = []
  const stream = new Duplex({
    read: () => undefined,
    writev: (pieces, done) => {
      sent.push(pieces.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  })
  return { stream: coalesceWrites(stream), sent }
}

const nextTick = () => new Promise((resolve) => setImmediate(resolve))

describe('coalesceWrites', () => {
  it('sends concurrent writes in one chunk and later ones in another', async () => {
    const { stream, sent } = makeStream()

    for (const piece of ['length', 'text', 'tag']) stream.write(piece)
    await nextTick()
    stream.write('more')
    await nextTick()

    expect(sent).toEqual(['lengthtexttag', 'more'])
  })

  it('loses nothing that was written just before the end', async () => {
    const { stream, sent } = makeStream()

    stream.write('last')
    stream.end('words')
    await nextTick()

    expect(sent.join('')).toBe('lastwords')
  })
})
