import { weaveParts } from '../../../src/operations/weave/standing.ts'
import { weaveStep } from '../../../src/operations/weave/weave-step.ts'
import type { Operation } from '../../../src/plan/step.ts'
import { lookAt, newSum, oldSum, options } from '../../operations/weave/a-mesh.ts'
import { aServer, type MemoryServer } from '../in-memory.ts'
import { memoryJobs } from './memory-jobs.ts'
import type { Model } from './model.ts'

type Peer = { version: string; launches: number }

export function weaveServer(name: string): MemoryServer {
  const peer: Peer = { version: '2.6.5', launches: 1 }
  const jobs = memoryJobs({
    weave: () => {
      peer.version = '2.8.1'
      peer.launches += 1
    },
  })
  return {
    server: aServer(name),
    look: () => lookAt(peer.version, { scriptSha256: peer.version === '2.8.1' ? newSum : oldSum }),
    state: () => structuredClone(peer),
    answer: jobs,
  }
}

const operation = (): Operation => ({
  recipe: { name: 'weave', options: {} },
  parts: weaveParts,
  pass: { steps: [weaveStep(options)] },
})

/** Two peers of one mesh. */
export const weaveModels: readonly Model[] = [
  { operation, servers: () => [weaveServer('web-1'), weaveServer('web-2')] },
]
