import { rmSync, writeFileSync } from 'node:fs'
import { createJournal, reopenJournal } from '../../src/journal/journal.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'

// Fills the disk below a run, once while it writes and once before it is taken up again, and says what came of both.
const root = process.argv[2] ?? ''
const plan: Plan = {
  version: 1,
  operation: { name: 'made-up', options: {} },
  rollout: defaultRollout,
  batches: [],
  planned: {},
}
const about = {
  owner: 'ana@ops',
  maestroVersion: '0.0.0',
  command: 'made-up',
  manifest: '/m.yml',
  environment: undefined,
}

const journal = await createJournal(root, plan, about)
fill('fill')
let acknowledged = 1
const writing = await failureOf(async () => {
  for (;;) {
    await journal.write({
      event: 'step-started',
      server: `web-${acknowledged}`,
      step: 'change',
      snapshot: 'x'.repeat(100),
    })
    acknowledged += 1
  }
})
await journal.close()
// The lock that is gone has left some space.
fill('rest')
const reopening = await failureOf(() => reopenJournal(root, journal.run))
for (const name of ['fill', 'rest']) rmSync(`${root}/${name}`)
const again = await reopenJournal(root, journal.run)
await again.journal.close()

const failed = [writing, reopening]
const failures = failed.map(({ message }) => message)
process.stdout.write(
  JSON.stringify({ failures, errors: failed.map(({ name }) => name), acknowledged, read: again.events.length }),
)

function fill(name: string): void {
  try {
    writeFileSync(`${root}/${name}`, Buffer.alloc(1 << 20))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

async function failureOf(work: () => Promise<unknown>): Promise<Error> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it went well')
}
