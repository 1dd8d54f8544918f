import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { RunEvent } from '../../src/journal/events.ts'
import { readHistory } from '../../src/journal/history.ts'
import { createJournal, reopenJournal } from '../../src/journal/journal.ts'
import { pruneRuns } from '../../src/journal/prune.ts'
import { findRun, listRuns } from '../../src/journal/read/find-run.ts'
import { eventsOf, summaryOf } from '../../src/journal/read/read-run.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'
import { itNeedsMounts } from '../support/tools.ts'

const plan: Plan = {
  version: 1,
  operation: { name: 'made-up', options: {} },
  rollout: defaultRollout,
  batches: [['web-1']],
  planned: {},
}
const about = {
  owner: 'ana@ops',
  maestroVersion: '0.0.0',
  command: 'made-up',
  manifest: '/m.yml',
  environment: undefined,
}
const begun: RunEvent = { event: 'step-started', server: 'web-1', step: 'change', snapshot: { n: 1 } }
const neverBegun = '29990101-000000-aaaa'

let root: string
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'maestro-journal-')), 'runs')
  onTestFinished(() => rmSync(join(root, '..'), { recursive: true }))
})

async function recordRun(): Promise<string> {
  const journal = await createJournal(root, plan, about)
  await journal.write(begun)
  await journal.close()
  return journal.run
}

async function wordsOf(run: string): Promise<readonly string[]> {
  const words = []
  for await (const { event } of eventsOf(root, run)) words.push(event)
  return words
}

describe('eventsOf and findRun: files that cannot be read', () => {
  it('report a folder in place of the journal, and list the other runs', async () => {
    const run = await recordRun()
    mkdirSync(`${root}/${neverBegun}/events.ndjson`, { recursive: true })

    expect((await summaryOf(root, neverBegun)).problem).toMatch(/events\.ndjson: cannot be read: EISDIR/)
    expect(await listRuns(root)).toEqual([neverBegun, run])
    await expect(findRun(root, undefined)).rejects.toThrow(/events\.ndjson: cannot be read: EISDIR/)
  })

  it('report a folder in place of the report', async () => {
    const run = await recordRun()
    mkdirSync(`${root}/${run}/report.json`)

    await expect(findRun(root, undefined)).rejects.toThrow(/report\.json: cannot be read: EISDIR/)
  })
})

describe('createJournal: run killed before its first event', () => {
  it('does not break listRuns, readHistory or findRun for other runs', async () => {
    const run = await recordRun()
    mkdirSync(`${root}/${neverBegun}`)

    expect(await summaryOf(root, neverBegun)).toMatchObject({ startedAt: '', problem: undefined })
    expect((await readHistory(root, 'made-up')).usualSeconds).toBeUndefined()
    expect(await findRun(root, undefined)).toBe(run)
  })
})

describe('eventsOf on a journal truncated by a power cut', () => {
  it('reads up to the last complete line, at whatever byte the file ends', async () => {
    const run = await recordRun()
    const path = `${root}/${run}/events.ndjson`
    const half = JSON.stringify({ at: '2026-11-23T00:00:00Z', ...begun, server: 'wéb-2' })

    for (let length = 1; length < half.length; length += 1) {
      const { journal } = await reopenJournal(root, run)
      await journal.close()
      appendFileSync(path, half.slice(0, length))

      expect(await wordsOf(run), half.slice(0, length)).toEqual(['run-started', 'step-started'])
    }
  })
})

describe('summaryOf on a journal with a corrupt line', () => {
  it('names the file and line of the corrupt run and still lists the others', async () => {
    const run = await recordRun()
    appendFileSync(`${root}/${run}/events.ndjson`, 'rubbish\n')

    const { problem } = await summaryOf(root, run)

    expect(problem).toBe(`${root}/${run}/events.ndjson:3: not a line of a journal: no JSON`)
    expect((await readHistory(root, 'made-up')).usualSeconds).toBeUndefined()
  })
})

describe('pruneRuns', () => {
  it('lets two runs that start at the same time delete the same old journals', async () => {
    for (let index = 0; index < 400; index += 1) {
      const folder = `${root}/2020${String(index).padStart(4, '0')}-000000-aaaa`
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${folder}/events.ndjson`, '')
      utimesSync(`${folder}/events.ndjson`, 1e9, 1e9)
    }

    await Promise.all([pruneRuns(root, Date.now()), pruneRuns(root, Date.now()), pruneRuns(root, Date.now())])

    expect(await listRuns(root)).toHaveLength(50)
  })
})

describe('createJournal: lock file', () => {
  it('leaves no other file beside it', async () => {
    const journal = await createJournal(root, plan, about)

    expect(readdirSync(journal.folder).toSorted()).toEqual(['events.ndjson', 'lock', 'plan.json'])

    await journal.close()
  })
})

describe('createJournal and reopenJournal on a full disk', () => {
  itNeedsMounts(['mount'])('report the full disk and keep every acknowledged event', async () => {
    const [entry, program] = [fileURLToPath(new URL('./full-disk.ts', import.meta.url)), join(root, '..', 'full.mjs')]
    mkdirSync(root, { recursive: true })
    await build({
      entryPoints: [entry],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    const script = 'mount -t tmpfs -o size=64k none "$1" && exec "$2" "$3" "$1/runs"'
    const args = ['-m', 'sh', '-c', script, 'sh', root, process.execPath, program]

    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })

    expect(stderr).toBe('')
    const told = JSON.parse(stdout)
    expect(told.failures).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/cannot be written: ENOSPC/)))
    expect(told.errors).toEqual(['MaestroError', 'MaestroError'])
    expect(told.acknowledged).toBeGreaterThan(0)
    expect(told.read).toBe(told.acknowledged)
  })
})
