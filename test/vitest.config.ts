import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './slowest-first.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = process.env.MAESTRO_TEST_JSON
const jsonFile = `${reports}/${process.env.npm_lifecycle_event ?? 'vitest'}-${process.pid}.json`

// One process for all files of a worker, none of which leaves anything behind: to begin one for each took a third of the suite's time.
const inOneProcess = { isolate: false }

// The second run of .ci/run: of the files that the first put down, for it left out some of their tests (support/tools.ts).
const leftOut = process.env.MAESTRO_RUN_LEFT_OUT
const again = leftOut
  ? readFileSync(leftOut, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((file) => relative(root, file))
  : undefined

/** Tests on real systems, in so many fleets beside each other. */
const onFleet = (name: string, files: string, fleets: number) => ({
  root,
  test: {
    name,
    include: [`test/fleet/**/${files}`],
    globalSetup: ['test/fleet/support/global-setup.ts'],
    setupFiles: ['test/fleet/support/after-file.ts'],
    maxWorkers: fleets,
    testTimeout: 240_000,
    hookTimeout: 600_000,
  },
})

export default defineConfig({
  root,
  test: {
    // Most tests wait for processes that they start: as many at a time as there are cores leave half of them idle. (A percentage
    // is cut at 100.)
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: SlowestFirst },
    passWithNoTests: again !== undefined,
    reporters: reports ? ['default', ['json', { outputFile: jsonFile }]] : ['default'],
    projects: [
      {
        root,
        test: {
          ...inOneProcess,
          name: 'unit',
          include: again ?? ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/fleet/**'],
          // To end what hangs, and no measure of anything: a busy machine may be ten times slower.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      {
        root,
        test: {
          ...inOneProcess,
          name: 'e2e',
          include: again?.filter((file) => file.startsWith('test/e2e/')) ?? ['test/e2e/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
      onFleet('fleet', '*.fleet.ts', 3),
      onFleet('soak', '*.soak.ts', 1),
      onFleet('bench', '*.bench.ts', 1),
    ],
  },
})
