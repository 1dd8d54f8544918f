import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { MaestroError } from '../../src/base/errors.ts'
import { isSame, type Json } from '../../src/base/json.ts'
import { readPlan } from '../../src/journal/journal.ts'
import { findRun } from '../../src/journal/read/find-run.ts'
import { isOpen, parseWindow } from '../../src/manifest/window.ts'
import { operationFor } from '../../src/operations/registry.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { renderPlan } from '../../src/report/run/plan.ts'
import { assertReadable, readersOf } from '../../src/run/assert-readable.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { models } from '../support/fakes/operations/all.ts'
import type { OperationModel } from '../support/fakes/operations/operation-model.ts'
import { mutate, testSeed } from '../support/mutate.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-plan-'))
  path = join(folder, 'plan.json')
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const window = parseWindow('Sat 02:00-05:00 Europe/Berlin')
const rollout = { ...defaultRollout, order: ['web', 'mysql/reporting'], windows: window === undefined ? [] : [window] }

function planOf({ operation: make, servers }: OperationModel): Plan {
  const operation = make()
  const gathered = servers().map(({ server, facts }) => ({ server, facts: facts() }))
  return makePlan({
    operation,
    gathered,
    inventory: gathered.map(({ server }) => server),
    rollout,
    unavailable: new Set(),
  })
}

/** All that is done with a plan file before a server is worked on. */
function use(plan: Plan): void {
  const operation = operationFor(plan.operation)
  assertReadable({ planned: plan.planned }, readersOf(operation))
  isOpen(plan.rollout.windows, new Date())
  renderPlan({
    plan,
    operation,
    inventory: plan.batches.flat().map((name) => ({ name, groups: ['web'] })),
    screen: { columns: undefined, hasColour: false },
    isVerbose: true,
  })
}

const wordsOf = async (plan: Json | string) => {
  writeFileSync(path, typeof plan === 'string' ? plan : JSON.stringify(plan))
  const error: unknown = await readPlan(path).then(use, (problem: unknown) => problem)
  return error instanceof MaestroError ? error.message : error
}

const all = Object.entries(models).flatMap(([name, own]) => own.map((model, index) => ({ name, index, model })))

describe('readPlan', () => {
  it.each(all)('reads a plan of $name $index as it was saved', async ({ model }) => {
    const plan = planOf(model)
    writeFileSync(path, JSON.stringify(plan))

    expect(await readPlan(path)).toEqual(plan)
    expect(() => use(plan)).not.toThrow()
  })

  it.each(all)(
    `reads a plan of $name $index as it is or says what is wrong, whatever is changed in it (MAESTRO_TEST_SEED=${testSeed})`,
    async ({ model }) => {
      const pick = seededRandom(testSeed)
      const plan = planOf(model)
      for (let count = 0; count < 100; count += 1) {
        const changed = mutate(plan, pick)
        writeFileSync(path, JSON.stringify(changed))
        const read = await readPlan(path).catch((error: unknown) => error)
        if (!(read instanceof MaestroError)) expectUsable(read as Plan, changed)
      }
    },
  )

  const [security] = models['security-upgrade'] ?? []
  const right = security === undefined ? undefined : planOf(security)

  it.each<[string, Json | string]>([
    ['not a plan of maestro: no JSON', 'rubbish'],
    ['or of another version of it: it must be an object', '7'],
    ['version must be 1', { ...right, version: 2 }],
    ['operation.name is missing', { ...right, operation: { options: {} } }],
    ['batches.0.0 must be text', { ...right, batches: [[1]] }],
    ['it has the unknown key "foreseen"', { ...right, foreseen: {} }],
    ['rollout.canary must be at least 0', { ...right, rollout: { ...rollout, canary: -1 } }],
    [
      'rollout.windows.0 is not the window that its text says',
      { ...right, rollout: { ...rollout, windows: [{ ...window, timeZone: 'Nowhere/At-All' }] } },
    ],
    [
      'planned.web-1.0.verdict.change is missing',
      { ...right, planned: { 'web-1': [{ step: 'dpkg-repair', verdict: { status: 'due' } }] } },
    ],
    ['it has the key "__proto__"', '{"version":1,"__proto__":{"operation":{"name":"reboot","options":{}}}}'],
  ])('says %s', async (words, plan) => {
    expect(await wordsOf(plan)).toContain(words)
  })
})

function expectUsable(plan: Plan, written: Json): void {
  expect(isSame(plan, written)).toBe(true)
  try {
    use(plan)
  } catch (error) {
    expect(error).toBeInstanceOf(MaestroError)
  }
}

describe('report.json', () => {
  it.each<[string, string, boolean]>([
    ['says that a run came to a good end', '{"exitCode":0,"isOver":false,"servers":{}}', true],
    ['says that it was taken back', '{"exitCode":1,"isOver":true,"servers":{}}', true],
    ['says that it failed', '{"exitCode":1}', false],
    ['is of another form', '{"exitCode":"0"}', false],
    ['has its words from elsewhere', '{"__proto__":{"exitCode":0}}', false],
    ['is no object', 'null', false],
    ['is no JSON', '{"exitCode":', false],
  ])('that %s', async (_, text, isDone) => {
    const run = '20200101-000000-aaaa'
    const root = mkdtempSync(join(folder, 'runs-'))
    mkdirSync(`${root}/${run}`)
    writeFileSync(
      `${root}/${run}/events.ndjson`,
      '{"version":1,"at":"2020-01-01T00:00:00Z","event":"locking","server":"web-1"}\n',
    )
    writeFileSync(`${root}/${run}/report.json`, text)

    const found = await findRun(root, undefined).catch((error: Error) => error.message)
    expect(found).toBe(isDone ? `no run below ${root} is left to go on with` : run)
  })
})
