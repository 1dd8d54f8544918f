import { buildMeshFacts, newSum, oldSum } from '../../builders/build-mesh.ts'
import { buildServer } from '../../builders/build-server.ts'
import { fakeJobs } from '../fake-jobs.ts'
import type { MemoryServer } from '../memory-server.ts'

type Peer = { version: string; launches: number }

/** One peer of a mesh, which is upgraded to 2.9.0. */
export function fakeWeaveServer(name: string): MemoryServer {
  const peer: Peer = { version: '2.6.5', launches: 1 }
  const jobs = fakeJobs({
    weave: () => {
      peer.version = '2.9.0'
      peer.launches += 1
    },
  })
  return {
    server: buildServer(name),
    facts: () => buildMeshFacts(peer.version, { scriptSha256: peer.version === '2.9.0' ? newSum : oldSum }),
    state: () => structuredClone(peer),
    answer: jobs,
  }
}
