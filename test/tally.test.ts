import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'

const tally = fileURLToPath(new URL('../.ci/tally.js', import.meta.url))

type Stage = { readonly exit: number; readonly tests?: Readonly<Record<string, string>> }

/** The exit code of the run, and each line that it said. */
async function tallied(stages: Readonly<Record<string, Stage>>) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-tally-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, { exit, tests }] of Object.entries(stages)) {
    writeFileSync(join(folder, `${name}.exit`), `${exit}\n`)
    if (tests === undefined) continue
    const assertionResults = Object.entries(tests).map(([fullName, status]) => ({ fullName, status }))
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'a.json'), JSON.stringify({ testResults: [{ assertionResults }] }))
  }
  const { exitCode, stdout } = await execa(process.execPath, [tally, folder], { reject: false })
  return { exitCode, said: stdout.split('\n').filter(Boolean) }
}

const well = { test: { exit: 0, tests: { a: 'passed', b: 'passed', c: 'skipped' } }, tools: { exit: 0 } }
const fleet = { exit: 0, tests: { d: 'passed' } }

it.each([
  ['adds up what has passed', { ...well, fleet }, 0, ['fleet: 1 tests ran', '3 passed, 0 failed']],
  [
    'names a test that has failed',
    { ...well, fleet: { exit: 1, tests: { d: 'passed', e: 'failed' } } },
    1,
    ['failed: fleet: e', 'fleet: 2 tests ran', '3 passed, 1 failed'],
  ],
  [
    'counts a stage that fails by itself',
    { ...well, check: { exit: 2 }, fleet },
    1,
    ['failed: check, with exit code 2', 'fleet: 1 tests ran', '3 passed, 1 failed'],
  ],
  [
    'lets no test of the fleet be skipped',
    { ...well, fleet: { exit: 0, tests: { d: 'passed', e: 'skipped' } } },
    1,
    ['fleet: 1 tests ran', 'failed: fleet: was skipped: e', '3 passed, 1 failed'],
  ],
  ['nor all of them', { ...well, fleet: { exit: 0 } }, 1, ['fleet: 0 tests ran', '2 passed, 1 failed']],
] as const)('.ci/tally.js %s', async (_, stages, exitCode, said) => {
  expect(await tallied(stages)).toEqual({ exitCode, said })
})
