import { lookAt, newSum, oldSum } from '../../builders/build-mesh.ts'
import { memoryJobs } from '../fake-jobs.ts'
import { aServer, type MemoryServer } from '../run-world.ts'

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
