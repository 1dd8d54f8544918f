import type { WeaveOptions, WeaveTarget } from '../../../src/operations/weave/options.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Mesh, MeshLaunch } from '../../../src/remote/facts/mesh.ts'
import { buildFacts, known } from './build-facts.ts'

export const oldSum = '0'.repeat(64)
export const newSum = '1'.repeat(64)

/** As a manifest has it. */
export const weaveTarget: WeaveTarget = {
  version: '2.8.1',
  script: { from: '/srv/weave-2.8.1', sha256: newSum },
  images: [],
}

export const weaveOptions: WeaveOptions = {
  ...weaveTarget,
  allowsDowngrade: false,
  rollsBack: true,
  readyTimeoutMs: 60_000,
  stallTimeoutMs: 60_000,
}

export const buildLaunch = (parts: Partial<MeshLaunch> = {}): MeshLaunch => ({
  arguments: [],
  variables: [],
  hasPassword: false,
  restarts: true,
  hasLimits: false,
  hasUnit: false,
  ...parts,
})

export const establishedConnection = {
  address: '203.0.113.12:60773',
  state: 'established',
  info: 'fastdp 7a:5c:…:02(web-2)',
}
export const failedConnection = {
  address: '203.0.113.13:6783',
  state: 'failed',
  info: 'connection refused, retry: never',
}
export const connectionToItself = {
  address: '203.0.113.11:6783',
  state: 'failed',
  info: 'cannot connect to ourself, retry: never',
}

/** The mesh of two peers, as one of them has it under the script before. */
export const buildMesh = (parts: Partial<Mesh> = {}): Mesh => ({
  scriptSha256: oldSum,
  services: ['router', 'ipam', 'dns', 'plugin (legacy)'],
  encryption: 'enabled',
  discovery: 'enabled',
  connections: [establishedConnection, connectionToItself],
  targets: ['203.0.113.11', '203.0.113.12'],
  ranges: [
    { peer: '7a:5c:…:01(web-1)', addressCount: 524_288, isReachable: true },
    { peer: '7a:5c:…:02(web-2)', addressCount: 524_288, isReachable: true },
  ],
  launch: buildLaunch(),
  ...parts,
})

/** Facts of a server whose router has this version. */
export const buildMeshFacts = (version: string, mesh: Partial<Mesh> = {}): ServerFacts =>
  buildFacts({ weave: known({ version, isRunning: true }), mesh: known(buildMesh(mesh)) })
