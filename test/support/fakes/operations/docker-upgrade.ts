import { dockerUpgrade } from '../../../../src/operations/docker-upgrade/operation.ts'
import type { DockerUpgradeOptions } from '../../../../src/operations/docker-upgrade/options.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import {
  buildCandidates,
  buildDocker,
  buildEngine,
  buildUpgradeOptions,
  noble,
  oldVersion,
} from '../../builders/build-docker-facts.ts'
import { buildFacts, known } from '../../builders/build-facts.ts'
import { weaveTarget as weave } from '../../builders/build-mesh.ts'
import { buildServer } from '../../builders/build-server.ts'
import { fakeJobs } from '../fake-jobs.ts'
import type { MemoryServer } from '../memory-server.ts'
import type { OperationModel } from './operation-model.ts'
import { fakeWeaveServer } from './weave.ts'

type Docked = {
  isInterrupted: boolean
  hasRepository: boolean
  version: string
  kept: string | undefined
  fetched: boolean
  held: boolean
  changes: number
  starts: number
}

const engine = (version: string) => (version === oldVersion ? '20.10.24' : '26.1.5')

// Only the engine itself is offered and installed: tests of planDocker cover its other packages.
const packagesOf = (version: string) => [{ name: 'docker-ce', version, hold: 'none' as const }]

const container = [
  'c'.repeat(64),
  '/web',
  `sha256:${'1'.repeat(64)}`,
  'running',
  'healthy',
  'always',
  false,
  '',
  'shop',
  '2026-11-20T09:00:00Z',
  '2026-11-20T08:59:50Z',
] as const

export function fakeDockerServer(name: string, parts: Partial<Docked> = {}): MemoryServer {
  const server: Docked = {
    isInterrupted: true,
    hasRepository: false,
    version: oldVersion,
    kept: undefined,
    fetched: false,
    held: false,
    changes: 0,
    starts: 1,
    ...parts,
  }
  const change = (version: string) => {
    server.version = version
    server.held = true
    server.changes += 1
    server.starts += 1
  }
  const jobs = fakeJobs({
    'dpkg-repair': () => {
      server.isInterrupted = false
    },
    'docker-packages': () => {
      server.kept = server.version
      server.fetched = true
    },
    'docker-upgrade': () => change(server.version === oldVersion ? noble('26.1.5') : (server.kept ?? oldVersion)),
  })
  return {
    server: buildServer(name),
    facts: () =>
      buildFacts({
        docker: known(buildDocker({ version: engine(server.version) })),
        engine: known(buildEngine()),
        candidates: known(
          buildCandidates({
            packages: packagesOf(server.version),
            versions: new Map([['docker-ce', [noble('26.1.5'), oldVersion]]]),
            isStaged: !server.hasRepository,
            kept: server.kept === undefined ? [] : [{ name: 'docker-ce', version: server.kept }],
          }),
        ),
        dpkg: known({ isInterrupted: server.isInterrupted, broken: [], lockHolders: [] }),
      }),
    state: () => structuredClone(server),
    answer: (script) => {
      switch (script.files.at(-1)) {
        case 'docker-upgrade/repository.sh':
          server.hasRepository = true
          return {}
        case 'docker-upgrade/container-snapshot.sh':
          return {
            census_server: engine(server.version),
            census_client: engine(server.version),
            census_driver: 'overlay2 systemd',
            census_container: JSON.stringify(container),
            census_image: container[2],
            census_network: `${container[0]} bridge`,
            census_package: `docker-ce|${server.version}|ii `,
            ...(server.changes === 0 ? {} : { census_end: 'upgraded', census_time: 'down 1.00' }),
          }
        default:
          return jobs(script)
      }
    },
  }
}

const repository = {
  url: 'https://download.docker.com/linux/ubuntu',
  key: 'https://download.docker.com/linux/ubuntu/gpg',
}
const upgrade = (parts: Partial<DockerUpgradeOptions>) => () =>
  dockerUpgrade(buildUpgradeOptions({ repository, ...parts }))
const upgraded = { isInterrupted: false, hasRepository: true, version: noble('26.1.5'), kept: oldVersion }

// Neither knows what the other is asked.
function peerServer(name: string): MemoryServer {
  const docked = fakeDockerServer(name)
  const peer = fakeWeaveServer(name)
  return {
    server: buildServer(name),
    facts: () => ({ ...docked.facts(), ...ofTheMesh(peer.facts()) }),
    state: () => [docked.state(), peer.state()],
    answer: (script) => (script.inputs?.job_step === 'weave' ? peer : docked).answer(script),
  }
}

const ofTheMesh = ({ weave, mesh }: ServerFacts) => ({ ...(weave && { weave }), ...(mesh && { mesh }) })

/** An upgrade from a repository that is set up before, on servers whose dpkg was interrupted; the same with Weave; and the way back. */
export const dockerUpgradeModels: readonly OperationModel[] = [
  { operation: upgrade({}), servers: () => [fakeDockerServer('web-1'), fakeDockerServer('web-2')] },
  {
    operation: upgrade({ weave: { ...weave, version: '2.9.0' } }),
    servers: () => [peerServer('web-1'), peerServer('web-2')],
  },
  {
    operation: upgrade({ rollsBackTo: true }),
    servers: () => [fakeDockerServer('web-1', upgraded), fakeDockerServer('web-2', upgraded)],
  },
]
