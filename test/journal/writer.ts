import { createJournal } from '../../src/journal/journal.ts'
import { defaultRollout } from '../support/builders/build-rollout.ts'

const [, , root = ''] = process.argv
const plan = {
  version: 1,
  operation: { name: 'made-up', options: {} },
  rollout: defaultRollout,
  batches: [],
  planned: {},
} as const
const about = {
  owner: 'ana@ops',
  maestroVersion: '0.0.0',
  command: 'made-up',
  manifest: '/m.yml',
  environment: undefined,
}

const journal = await createJournal(root, plan, about)
// Some at a time: those that wait for the disk share one sync.
for (let count = 0; count < 5000; count += 4)
  await Promise.all(
    [0, 1, 2, 3].map(async (more) => {
      await journal.write({ event: 'step-started', server: `web-${count + more}`, step: 'change', snapshot: null })
      process.stdout.write(`web-${count + more}\n`)
    }),
  )
