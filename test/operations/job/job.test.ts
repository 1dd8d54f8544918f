import { describe, expect, it } from 'vitest'
import { RefusedError } from '../../../src/base/errors.ts'
import type { Json } from '../../../src/base/json.ts'
import { detachedJob } from '../../../src/operations/job/job.ts'
import { DisconnectedError, StoppedError, StuckError, UnknownError } from '../../../src/plan/errors.ts'
import { type Answers, fakeServerContext } from '../../support/fakes/fake-server-context.ts'

const job = detachedJob<Json>({
  script: (before) => ({ files: ['lock/lock.sh'], inputs: { before: String(before) } }),
  stallTimeoutMs: 600_000,
})
const running = (cpuTicks: number, log = '', from = 0) => ({
  job_is: 'running',
  job_cpu_ticks: String(cpuTicks),
  job_log_from: String(from),
  job_log_bytes: Buffer.from(log).toString('hex'),
})
const ended = { job_is: 'ended', job_result: 'exited 0 1795000000' }
const finish = (answers: Answers, options = {}) => {
  const context = fakeServerContext(answers, options)
  return { ...context, result: job.finish(context.ctx) }
}

describe('detachedJob', () => {
  it('apply sends the whole script as text, with names from the run and the step', async () => {
    const { ctx, asked } = fakeServerContext([{ job_begun: 'yes' }])

    await job.apply(ctx, "it's")

    expect(asked[0]).toMatchObject({
      asRoot: true,
      inputs: { job_run: ctx.runId, job_step: 'upgrade', room_kb: '16384' },
    })
    expect(asked[0]?.inputs?.job).toMatch(
      /^\{\nMAESTRO_BEFORE='it'\\''s'\nMAESTRO_JOB_RUN=[\s\S]*\nmain <\/dev\/null; \}\n$/,
    )
  })

  it('apply accepts that the job has started before', async () => {
    await expect(job.apply(fakeServerContext([{ job_begun: 'already' }]).ctx, null)).resolves.toBeUndefined()
  })

  it('apply reports the refusal of the server before anything started', async () => {
    const act = job.apply(fakeServerContext([{ job_refused: 'only 3 KB are free in /var/log' }]).ctx, null)

    await expect(act).rejects.toThrow(RefusedError)
    await expect(act).rejects.toThrow('nothing was begun: only 3 KB are free in /var/log')
  })

  it.each([
    ['no', { job_is: 'none' }],
    ['running', running(0)],
    ['yes', ended],
    ['no', { ...ended, job_result: 'exited 100 1795000000' }],
    ['no', { ...ended, job_result: 'killed signal KILL 1795000000' }],
    ['unknown', { job_is: 'gone' }],
  ])('status returns %s for %j', async (expected, answer) => {
    expect(await job.status(fakeServerContext([answer]).ctx)).toBe(expected)
  })

  it.each(['Upper', '..', '', '-x', 'a b'])('rejects the job name %j', async (step) => {
    const { ctx } = fakeServerContext([ended])

    await expect(job.status({ ...ctx, key: `${ctx.runId}/web-1/${step}` })).rejects.toThrow(RangeError)
  })
})

describe('detachedJob: finish', () => {
  it('reports the last log line as progress and returns the result', async () => {
    const log = 'Unpacking a\n'
    const { result, progress, asked } = finish([
      running(1, log),
      running(2, '', log.length),
      running(3, 'Setting up a\n', log.length),
      { ...ended, job_result: 'exited 100 1795000000' },
    ])

    expect(await result).toEqual({
      kind: 'exited',
      code: 100,
      at: 1_795_000_000,
      lastLines: ['Unpacking a', 'Setting up a'],
      skippedBytes: 0,
    })
    expect(progress).toEqual(['Unpacking a', 'Setting up a'])
    expect(asked.map(({ inputs }) => inputs?.offset)).toEqual(['0', '12', '12', '25'])
  })

  it('quotes the end of the systemd unit after a kill', async () => {
    const { result } = finish([{ ...ended, job_result: 'killed oom-kill KILL 1795000000' }])

    expect(await result).toMatchObject({ kind: 'killed', result: 'oom-kill', status: 'KILL' })
  })

  it('continues at the same log offset after a disconnect', async () => {
    const { result, progress, asked } = finish([running(1, 'one\n'), 'cut', 'cut', running(2, 'two\n', 4), ended])

    expect(await result).toMatchObject({ lastLines: ['one', 'two'] })
    expect(progress).toEqual(['one', 'no connection to the server; the job continues there', 'two'])
    expect(asked.map(({ inputs }) => inputs?.offset)).toEqual(['0', '4', '4', '4', '8'])
  })

  it('gives up after stall_timeout without a connection', async () => {
    await expect(finish([running(1), 'cut']).result).rejects.toThrow(DisconnectedError)
  })

  it('does not count disconnected time as a stall', async () => {
    const cuts = Array.from({ length: 250 }, () => 'cut' as const)

    const { result } = finish([running(1, 'one'), ...cuts, running(99, '', 3), ...cuts, running(199, '', 3), ended])

    expect(await result).toMatchObject({ kind: 'exited' })
  })

  it('reports a stuck job when neither its log nor its CPU time grows', async () => {
    const { result } = finish([...Array.from({ length: 121 }, () => running(5)), tree], { asksTakeMs: 5_000 })

    await expect(result).rejects.toThrow(StuckError)
    await expect(result).rejects.toThrow(
      'no progress for 10 min, and it goes on there: apt-get upgrade (812, S, 640 s), > sh \\u{1b}[2J (815, D, 600 s)',
    )
    await expect(result).rejects.toHaveProperty('hint', expect.stringContaining('maestro resume 20261123-091500-test'))
  })

  it('names twelve processes of a stuck job and counts the others', async () => {
    const many = { job_process: Array.from({ length: 15 }, (_, n) => `1 ${n} S 640 sleep`) }
    const { result } = finish([...Array.from({ length: 121 }, () => running(5)), many], { asksTakeMs: 5_000 })

    await expect(result).rejects.toThrow(/sleep \(11, S, 640 s\), and 3 more$/)
  })

  it.each([
    ['its log grows', (n: number) => running(5, 'x', n)],
    ['it uses the processor', (n: number) => running(n)],
  ])('does not report a stuck job while %s', async (_, answer) => {
    const { result } = finish([...Array.from({ length: 400 }, (_, n) => answer(n)), ended], { asksTakeMs: 5_000 })

    expect(await result).toMatchObject({ kind: 'exited' })
  })

  it('does not count the CPU time of polling as progress', async () => {
    const answers = Array.from({ length: 121 }, (_, n) => running(Math.floor(n / 30)))

    await expect(finish([...answers, tree], { asksTakeMs: 5_000 }).result).rejects.toThrow(StuckError)
  })

  it.each([
    [{ job_is: 'gone' }, 'it ended without a result: it was killed, or could not write its result'],
    [
      { job_is: 'gone', job_restarted_at: '1795000000' },
      'it ended without a result: the server was restarted at 2026-11-18T11:06:40Z',
    ],
    [{ job_is: 'none' }, 'it never began'],
  ])('throws UnknownError when the server says %j', async (answer, words) => {
    const { result } = finish([answer])

    await expect(result).rejects.toThrow(UnknownError)
    await expect(result).rejects.toThrow(words)
  })

  it('ends when the run is stopped and leaves the job running', async () => {
    const { ctx, asked } = fakeServerContext([running(1)])
    const stopped = { ...ctx, waitMs: () => Promise.reject(new StoppedError('stopped')) }

    await expect(job.finish(stopped)).rejects.toThrow(StoppedError)
    expect(asked).toEqual([])
  })

  it.each(['exited', 'exited 0', 'exited x 1', 'killed signal 1795000000', ''])(
    'rejects the result %j',
    async (line) => {
      await expect(finish([{ ...ended, job_result: line }]).result).rejects.toThrow()
    },
  )
})

const tree = { job_process: ['1 812 S 640 apt-get upgrade ', '2 815 D 600 sh \u001b[2J'] }
