import { spawn } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { readHistory } from '../../src/journal/history.ts'
import { createJournal, type OnEvent, readPlan, reopenJournal } from '../../src/journal/journal.ts'
import { pruneRuns } from '../../src/journal/prune.ts'
import { findRun, listRuns } from '../../src/journal/read/find-run.ts'
import { eventsOf, summaryOf } from '../../src/journal/read/read-run.ts'
import { replay } from '../../src/journal/run-state.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'

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
  command: 'made-up --all',
  manifest: '/m.yml',
  environment: undefined,
}
const begun = (server: string) => ({ event: 'step-started', server, step: 'change', snapshot: { n: 1 } }) as const

let root: string
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'maestro-journal-')), 'runs')
  onTestFinished(() => rmSync(join(root, '..'), { recursive: true }))
})

async function recordRun(
  write: readonly Parameters<Awaited<ReturnType<typeof createJournal>>['write']>[0][] = [],
): Promise<string> {
  const journal = await createJournal(root, plan, about)
  for (const event of write) await journal.write(event)
  await journal.close()
  return journal.run
}

describe('createJournal and reopenJournal', () => {
  it('read back what was written and append to it', async () => {
    const run = await recordRun([begun('web-1')])

    const { journal, plan: readAgain, events } = await reopenJournal(root, run)
    await journal.write({ event: 'step-verified', server: 'web-1', step: 'change', evidence: 'yes' })
    await journal.close()

    expect(readAgain).toEqual(plan)
    expect(events.map(({ event }) => event)).toEqual(['run-started', 'step-started'])
    const again = await reopenJournal(root, run)
    expect(replay(again.events).servers.get('web-1')?.steps.get('change')).toEqual({
      snapshot: { n: 1 },
      isVerified: true,
      evidence: 'yes',
    })
    await again.journal.close()
  })

  it('hands each event on once it is on disk, as it is there, with the plan', async () => {
    const handed: string[] = []
    const onDisk: number[] = []
    const onEvent: OnEvent = (event, { operation }) => {
      handed.push(`${operation.name} ${JSON.stringify(event)}`)
      onDisk.push(linesOf().filter((line) => line === JSON.stringify(event)).length)
    }
    const linesOf = () => {
      const [run = ''] = readdirSync(root)
      return readFileSync(`${root}/${run}/events.ndjson`, 'utf8').trimEnd().split('\n')
    }

    const journal = await createJournal(root, plan, about, { onEvent })
    await Promise.all(['a', 'b', 'c'].map((name) => journal.write(begun(name))))
    await journal.close()
    const again = await reopenJournal(root, journal.run, { onEvent })
    await again.journal.write({ event: 'run-ended', exitCode: 0 })
    await again.journal.close()

    const lines = readFileSync(`${journal.folder}/events.ndjson`, 'utf8').trimEnd().split('\n')
    expect(handed).toEqual(lines.map((line) => `made-up ${line}`))
    expect(onDisk).toEqual([1, 1, 1, 1, 1])
  })

  it('takes no event that it could not read again, and goes on', async () => {
    const journal = await createJournal(root, plan, about)

    await expect(journal.write(begun(''))).rejects.toThrow('step-started: server: must not be empty')
    await journal.write(begun('web-1'))
    await journal.close()

    expect(readFileSync(`${journal.folder}/events.ndjson`, 'utf8').trimEnd().split('\n')).toHaveLength(2)
  })

  it('create files that only their owner can read', async () => {
    const run = await recordRun()

    const modes = [`${root}/${run}`, `${root}/${run}/plan.json`, `${root}/${run}/events.ndjson`].map(
      (path) => statSync(path).mode & 0o777,
    )
    expect(modes).toEqual([0o700, 0o600, 0o600])
  })

  it('drop the truncated last line, because what it announced never started', async () => {
    const run = await recordRun([begun('web-1')])
    appendFileSync(
      `${root}/${run}/events.ndjson`,
      '{"version":1,"at":"2026-11-23T00:00:00Z","event":"locking","server":"web-2"',
    )

    const { journal, events } = await reopenJournal(root, run)
    await journal.write(begun('web-3'))
    await journal.close()

    expect(events).toHaveLength(2)
    const lines = readFileSync(`${root}/${run}/events.ndjson`, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).server)).toEqual([undefined, 'web-1', 'web-3'])
  })

  it('name the line that is corrupt', async () => {
    const run = await recordRun()
    appendFileSync(`${root}/${run}/events.ndjson`, 'rubbish\n')

    await expect(reopenJournal(root, run)).rejects.toThrow(`${root}/${run}/events.ndjson:2: not a line of a journal`)
  })

  it('lock the run against other processes until the process is gone', async () => {
    const journal = await createJournal(root, plan, about)

    await expect(reopenJournal(root, journal.run)).rejects.toThrow(
      `another maestro, process ${process.pid}, is at work`,
    )

    await journal.close()
    writeFileSync(`${root}/${journal.run}/lock`, '4194303 gone')
    const again = await reopenJournal(root, journal.run)
    await again.journal.close()
    expect(readdirSync(`${root}/${journal.run}`).toSorted()).toEqual(['events.ndjson', 'plan.json'])
  })

  it('keep every acknowledged event on disk when the process is killed', async () => {
    const [entry, writer] = [fileURLToPath(new URL('./writer.ts', import.meta.url)), join(root, '..', 'writer.mjs')]
    await build({
      entryPoints: [entry],
      outfile: writer,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    const child = spawn(process.execPath, [writer, root], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data) => {
        said += data
        if (said.split('\n').length > 40) child.kill('SIGKILL')
      })
      child.on('close', () => resolve())
    })

    const [run = ''] = await listRuns(root)
    const acknowledged = said.split('\n').slice(0, -1)
    const { journal, events } = await reopenJournal(root, run)
    await journal.close()
    const written = events.flatMap((event) => (event.event === 'step-started' ? [event.server] : []))
    expect(acknowledged.length).toBeGreaterThan(30)
    expect(written).toEqual(expect.arrayContaining(acknowledged))
  })

  it('replay makes a state of every prefix of the journal', async () => {
    const run = await recordRun([
      begun('web-1'),
      { event: 'drain-started', server: 'web-1', drain: 'service', found: 'up' },
      { event: 'drain-ended', server: 'web-1', drain: 'service' },
      { event: 'run-ended', exitCode: 0 },
    ])
    const { journal, events } = await reopenJournal(root, run)
    await journal.close()

    const states = events.map((_, index) => replay(events.slice(0, index + 1)))
    expect(states.map(({ servers }) => servers.get('web-1')?.drains.size ?? 0)).toEqual([0, 0, 1, 0, 0])
    expect(states.map(({ exitCode }) => exitCode)).toEqual([undefined, undefined, undefined, undefined, 0])
  })
})

describe('findRun, listRuns, pruneRuns and readHistory', () => {
  it('findRun accepts a run id, its prefix, or takes the newest unfinished run', async () => {
    const well = await recordRun()
    writeFileSync(`${root}/${well}/report.json`, '{"exitCode":0}')
    const broken = '20200101-000000-aaaa'
    mkdirSync(`${root}/${broken}`)
    writeFileSync(
      `${root}/${broken}/events.ndjson`,
      `${JSON.stringify({ version: 1, at: '2020-01-01T00:00:00Z', event: 'locking', server: 'web-1' })}\n`,
    )

    expect([await findRun(root, undefined), await findRun(root, '2020'), await findRun(root, well)]).toEqual([
      broken,
      broken,
      well,
    ])
    await expect(findRun(root, '1999')).rejects.toThrow('no run "1999"')
  })

  it('listRuns returns nothing when the folder does not exist', async () => {
    expect(await listRuns(root)).toEqual([])
    await expect(findRun(root, undefined)).rejects.toThrow('is left to go on with')
  })

  it('summaryOf sums up a run without holding its events in memory', async () => {
    const run = await recordRun([
      { event: 'server-ended', server: 'a', outcome: { status: 'changed' } },
      { event: 'server-ended', server: 'b', outcome: { status: 'changed' } },
      { event: 'run-ended', exitCode: 0 },
    ])
    appendFileSync(`${root}/${run}/events.ndjson`, '{"half')

    expect(await summaryOf(root, run)).toMatchObject({
      exitCode: 0,
      isRunning: false,
      endings: new Map([['changed', 2]]),
      info: { owner: 'ana@ops' },
    })
    const events = []
    for await (const event of eventsOf(root, run)) events.push(event.event)
    expect(events).toEqual(['run-started', 'server-ended', 'server-ended', 'run-ended'])
  })

  it('pruneRuns deletes runs older than 90 days but keeps the newest 50', async () => {
    const names = Array.from({ length: 52 }, (_, index) => `20200101-0000${String(index).padStart(2, '0')}-aaaa`)
    for (const name of names) {
      mkdirSync(`${root}/${name}`, { recursive: true })
      writeFileSync(`${root}/${name}/events.ndjson`, '')
      utimesSync(`${root}/${name}/events.ndjson`, 1e9, 1e9)
    }

    await pruneRuns(root, Date.now())

    expect(await listRuns(root)).toEqual(names.slice(2).toReversed())
  })

  it('readHistory returns the usual duration per server without interrupted runs', async () => {
    const folder = `${root}/20260101-000000-aaaa`
    mkdirSync(folder, { recursive: true })
    const at = (second: number) => ({ version: 1, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() })
    const run = '20260101-000000-aaaa'
    const lines = [
      { ...at(0), event: 'run-started', run, ...about },
      { ...at(1), event: 'step-started', server: 'a', step: 'x', snapshot: null },
      { ...at(4), event: 'step-verified', server: 'a', step: 'x', evidence: { downSeconds: 3 } },
      { ...at(5), event: 'server-ended', server: 'a', outcome: { status: 'changed' }, steps: [] },
      { ...at(6), event: 'step-started', server: 'b', step: 'x', snapshot: null },
      { ...at(50), event: 'run-resumed', run, owner: 'ana@ops', maestroVersion: '0.0.0' },
      { ...at(55), event: 'server-ended', server: 'b', outcome: { status: 'changed' }, steps: [] },
    ]
    writeFileSync(`${folder}/events.ndjson`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

    const history = await readHistory(root, about.command)
    expect(history.usualSeconds).toBe(4)
    expect(history.lastEvidence('a', 'x')).toEqual({ downSeconds: 3 })
    expect(history.lastEvidence('b', 'x')).toBeUndefined()
    expect((await readHistory(root, 'other')).usualSeconds).toBeUndefined()
  })
})

describe('readPlan', () => {
  it('rejects an invalid plan file as a usage error', async () => {
    mkdirSync(root, { recursive: true })
    writeFileSync(`${root}/text`, 'rubbish')
    writeFileSync(`${root}/other`, '{"version":2}')

    await expect(readPlan(`${root}/text`)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('no JSON'),
    })
    await expect(readPlan(`${root}/other`)).rejects.toMatchObject({ exitCode: 2 })
    await expect(readPlan(`${root}/absent`)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('there is no such file'),
    })
  })
})
