import { lookAt, newSum, oldSum } from '../../operations/weave/a-mesh.ts'
import { aServer, type MemoryServer } from '../in-memory.ts'
import { memoryJobs } from './memory-jobs.ts'

type Peer = { version: string; launches: number }

/** One peer of a mesh, which is upgraded to 2.9.0. */
export function weaveServer(name: string): MemoryServer {
  const peer: Peer = { version: '2.6.5', launches: 1 }
  const jobs = memoryJobs({
    weave: () => {
      peer.version = '2.9.0'
      peer.launches += 1
    },
  })
  return {
    server: aServer(name),
    look: () => lookAt(peer.version, { scriptSha256: peer.version === '2.9.0' ? newSum : oldSum }),
    state: () => structuredClone(peer),
    answer: jobs,
  }
}
