import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { plainProgress, startRunProgress } from '../../../src/report/run/progress.ts'

function watched() {
  const lines: string[] = []
  let atMs = 0
  const progress = plainProgress(
    (line) => lines.push(line),
    () => atMs,
  )
  return {
    lines,
    say: (timeMs: number, server: string, words: string) => {
      atMs = timeMs
      progress.onProgress(server, words)
    },
    end: (server: string) => progress.onEnded(server, { status: 'changed' }),
  }
}

describe('plainProgress', () => {
  it('does not print a counter, and repeats a line after 30 seconds', () => {
    const { lines, say } = watched()

    for (let second = 2; second <= 40; second += 2) say(second * 1000, 'web-2', `down for ${second} s`)

    expect(lines).toEqual(['web-2: down for 2 s', 'web-2: down for 32 s'])
  })

  it('prints each server and each new step at once', () => {
    const { lines, say } = watched()

    say(0, 'web-1', 'down for 1 s')
    say(0, 'web-2', 'down for 1 s')
    say(500, 'web-1', 'coming up: starting')
    say(900, 'web-1', 'down for 2 s')

    expect(lines).toEqual([
      'web-1: down for 1 s',
      'web-2: down for 1 s',
      'web-1: coming up: starting',
      'web-1: down for 2 s',
    ])
  })

  it('starts over for a server that has ended', () => {
    const { lines, say, end } = watched()

    say(0, 'web-1', 'down for 1 s')
    end('web-1')
    say(10, 'web-1', 'down for 1 s')

    expect(lines).toEqual(['web-1: down for 1 s', 'web-1: changed', 'web-1: down for 1 s'])
  })
})

describe('startRunProgress in a log', () => {
  it('does not repeat a line of which only the counter changed', async () => {
    const stream = new PassThrough()
    const progress = await startRunProgress({
      count: 2,
      stream: stream as unknown as NodeJS.WriteStream,
      form: 'lines',
    })

    progress.onBatch(0, 1, ['web-1', 'web-2'])
    for (const words of ['going down', 'going down', 'down for 1 s', 'down for 2 s', 'up']) {
      progress.onProgress('web-1', words)
      progress.onProgress('web-2', words)
    }
    progress.onEnded('web-1', { status: 'changed' })

    const told = (server: string) => [`${server}: going down`, `${server}: down for 1 s`, `${server}: up`]
    const lines = String(stream.read()).trimEnd().split('\n')
    expect(lines[0]).toBe('batch 1 of 1: web-[1-2]')
    expect(lines.filter((line) => line.startsWith('web-2'))).toEqual(told('web-2'))
    expect(lines.filter((line) => line.startsWith('web-1'))).toEqual([...told('web-1'), 'web-1: changed'])
  })
})
