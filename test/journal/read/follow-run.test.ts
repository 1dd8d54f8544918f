import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleepMs } from 'node:timers/promises'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { JournalEvent } from '../../../src/journal/events.ts'
import { createJournal, reopenJournal } from '../../../src/journal/journal.ts'
import { followEvents } from '../../../src/journal/read/follow-run.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { defaultRollout } from '../../support/builders/build-rollout.ts'

const plan: Plan = {
  version: 1,
  operation: { name: 'made-up', options: {} },
  rollout: defaultRollout,
  batches: [['web-1']],
  planned: {},
}
const about = { owner: 'ana@ops', maestroVersion: '0.0.0', command: 'made-up', manifest: '/m.yml' }

let root: string
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'maestro-follow-')), 'runs')
  onTestFinished(() => rmSync(join(root, '..'), { recursive: true }))
})

/** Follows a run in the background: what has been seen of it so far, and its end. */
function following(run: string, stop = new AbortController().signal) {
  const seen: JournalEvent['event'][] = []
  const end = (async () => {
    for await (const { event } of followEvents(root, run, stop)) seen.push(event)
    return seen
  })()
  return { seen, end }
}

const startJournal = () => createJournal(root, plan, about)

describe('followEvents', () => {
  it('has each event while the run goes on, and ends with its last one', async () => {
    const journal = await startJournal()
    const { seen, end } = following(journal.run)

    await expect.poll(() => seen).toEqual(['run-started'])
    await journal.write({ event: 'locking', server: 'web-1' })
    await expect.poll(() => seen).toEqual(['run-started', 'locking'])
    await journal.write({ event: 'run-ended', exitCode: 1 })

    expect(await end).toEqual(['run-started', 'locking', 'run-ended'])
    await journal.close()
  })

  it('ends at once where the run has ended, and where its process is gone', async () => {
    const [ended, brokenOff] = [await startJournal(), await startJournal()]
    await ended.write({ event: 'run-ended', exitCode: 0 })
    await Promise.all([ended.close(), brokenOff.close()])

    expect(await following(ended.run).end).toEqual(['run-started', 'run-ended'])
    expect(await following(brokenOff.run).end).toEqual(['run-started'])
  })

  it('has what a process wrote in its last moment', async () => {
    const journal = await startJournal()
    const { seen, end } = following(journal.run)
    await expect.poll(() => seen).toEqual(['run-started'])

    await journal.write({ event: 'locking', server: 'web-1' })
    await journal.close()

    expect(await end).toEqual(['run-started', 'locking'])
  })

  it('waits for the end of a line that is half there, and bears that it is taken away', async () => {
    const journal = await startJournal()
    const path = `${journal.folder}/events.ndjson`
    const { seen, end } = following(journal.run)
    await expect.poll(() => seen).toEqual(['run-started'])

    const half = '{"version":1,"at":"2026-11-23T09:15:30.000Z","event":"loc'
    appendFileSync(path, half)
    await sleepMs(500)
    expect(seen).toEqual(['run-started'])
    appendFileSync(path, 'king","server":"wéb-1"}\n{"half')
    await expect.poll(() => seen).toEqual(['run-started', 'locking'])
    await journal.close()
    truncateSync(path, 0)

    expect(await end).toEqual(['run-started', 'locking'])
  })

  it('goes on with a run that is resumed after it had ended', async () => {
    const first = await startJournal()
    await first.write({ event: 'run-ended', exitCode: 1 })
    await first.close()
    const { journal } = await reopenJournal(root, first.run)
    await journal.write({ event: 'run-resumed', owner: 'ana@ops', maestroVersion: '0.0.0' })
    const { seen, end } = following(first.run)
    await expect.poll(() => seen).toEqual(['run-started', 'run-ended', 'run-resumed'])

    await journal.write({ event: 'run-ended', exitCode: 0 })

    expect(await end).toEqual(['run-started', 'run-ended', 'run-resumed', 'run-ended'])
    await journal.close()
  })

  it('has nothing of a run that was killed before its first event', async () => {
    mkdirSync(`${root}/20261123-091530-dead`, { recursive: true })

    expect(await following('20261123-091530-dead').end).toEqual([])
  })

  it('ends when it is stopped', async () => {
    const journal = await startJournal()
    const stop = new AbortController()
    const { seen, end } = following(journal.run, stop.signal)
    await expect.poll(() => seen).toEqual(['run-started'])

    stop.abort(130)

    expect(await end).toEqual(['run-started'])
    await journal.close()
  })

  it('says where a line is none', async () => {
    const journal = await startJournal()
    appendFileSync(`${journal.folder}/events.ndjson`, 'rubbish\n')

    await expect(following(journal.run).end).rejects.toThrow(`${journal.folder}/events.ndjson:2: not a line`)
    await journal.close()
  })
})
