import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { underLock } from '../../../src/ssh/known-hosts/file-lock.ts'

describe('underLock', () => {
  let folder: string
  let path: string
  let lock: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-lock-'))
    path = join(folder, 'known_hosts')
    lock = `${path}.maestro-lock`
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const leaveBehind = () => {
    writeFileSync(lock, 'somebody')
    utimesSync(lock, 0, 0)
  }

  it('lets one caller work at a time, also when all find a stale lock', async () => {
    leaveBehind()
    let [working, most, done] = [0, 0, 0]
    const work = async () => {
      working += 1
      most = Math.max(most, working)
      await sleep(1)
      working -= 1
      done += 1
    }

    await Promise.all(Array.from({ length: 8 }, () => underLock(path, work)))

    expect([most, done]).toEqual([1, 8])
    expect(existsSync(lock)).toBe(false)
  })

  it('removes a stale lock only once', async () => {
    leaveBehind()
    writeFileSync(`${lock}-breaking`, 'another')
    const working = underLock(path, async () => 'done')

    await sleep(150)
    const wasLeft = readFileSync(lock, 'utf8')
    rmSync(`${lock}-breaking`)

    expect([wasLeft, await working]).toEqual(['somebody', 'done'])
  })

  it('leaves a lock alone that another process has taken', async () => {
    await underLock(path, async () => writeFileSync(lock, 'another'))

    expect(readFileSync(lock, 'utf8')).toBe('another')
  })

  it('returns the result of the work, and releases the lock after a failure', async () => {
    const failed = underLock(path, () => Promise.reject(new Error('broken')))

    await expect(failed).rejects.toThrow('broken')
    await expect(underLock(path, async () => 7)).resolves.toBe(7)
  })
})
