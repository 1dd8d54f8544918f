import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { startRunProgress } from '../../src/report/run-progress.ts'

describe('the progress of a run in a log', () => {
  it('says nothing again of a server that only counts on', async () => {
    const stream = new PassThrough()
    const progress = await startRunProgress({
      count: 2,
      stream: stream as unknown as NodeJS.WriteStream,
      form: 'lines',
    })

    progress.onBatch(0, 1, ['web-1', 'web-2'])
    for (const words of ['going down', 'going down', 'down for 1 s', 'down for 2 s', 'up']) {
      progress.onDoing('web-1', words)
      progress.onDoing('web-2', words)
    }
    progress.onEnded('web-1', { status: 'changed' })

    const told = (server: string) => [`${server}: going down`, `${server}: down for 1 s`, `${server}: up`]
    const lines = String(stream.read()).trimEnd().split('\n')
    expect(lines[0]).toBe('batch 1 of 1: web-[1-2]')
    expect(lines.filter((line) => line.startsWith('web-2'))).toEqual(told('web-2'))
    expect(lines.filter((line) => line.startsWith('web-1'))).toEqual([...told('web-1'), 'web-1: changed'])
  })
})
