import { describe, expect, it } from 'vitest'
import { type Appendable, appender } from '../../src/journal/append.ts'

type Disk = Appendable & { readonly content: string[]; readonly syncs: () => number; breaks: boolean }

function fakeDisk(): Disk {
  const content: string[] = []
  let syncs = 0
  const disk: Disk = {
    content,
    syncs: () => syncs,
    breaks: false,
    appendFile: async (text) => {
      if (disk.breaks) throw new Error('no space left')
      content.push(String(text))
    },
    datasync: async () => {
      syncs += 1
    },
  }
  return disk
}

describe('appender', () => {
  it('syncs waiting lines together, in order', async () => {
    const disk = fakeDisk()
    const append = appender(disk)

    await Promise.all(Array.from({ length: 300 }, (_, index) => append(`${index}\n`)))

    expect(disk.syncs()).toBe(1)
    expect(disk.content.join('').trimEnd().split('\n').map(Number)).toEqual(Array.from({ length: 300 }, (_, i) => i))
  })

  it('syncs each line before its promise resolves', async () => {
    const disk = fakeDisk()
    const append = appender(disk)

    const seen: number[] = []
    for (const line of ['a\n', 'b\n', 'c\n']) {
      await append(line)
      seen.push(disk.syncs())
    }

    expect(seen).toEqual([1, 2, 3])
  })

  it('rejects every line after the first failed write, even when there is space again', async () => {
    const disk = fakeDisk()
    const append = appender(disk)
    await append('a\n')
    disk.breaks = true
    await expect(append('b\n')).rejects.toThrow('no space left')
    disk.breaks = false

    await expect(append('c\n')).rejects.toThrow('no space left')

    expect(disk.content).toEqual(['a\n'])
  })
})
