import { dockerUpgrade } from '../../../../src/operations/docker-upgrade/operation.ts'
import type { DockerUpgradeOptions } from '../../../../src/operations/docker-upgrade/options.ts'
import type { ServerFacts } from '../../../../src/remote/facts/facts.ts'
import { aDocker, anEngine, noble, offers, old, options } from '../../builders/build-docker-facts.ts'
import { aLook } from '../../builders/build-facts.ts'
import { options as weave } from '../../builders/build-mesh.ts'
import { memoryJobs } from '../fake-jobs.ts'
import { aServer, type MemoryServer } from '../run-world.ts'
import type { Model } from './operation-model.ts'
import { weaveServer } from './weave.ts'

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

const known = <T>(value: T) => ({ status: 'known', value }) as const
const engine = (version: string) => (version === old ? '20.10.24' : '26.1.5')

// Only the engine itself is offered and installed: what goes with it is told of elsewhere.
const packagesOf = (version: string) => [{ name: 'docker-ce', version, hold: 'none' as const }]

export function dockerServer(name: string, parts: Partial<Docked> = {}): MemoryServer {
  const server: Docked = {
    isInterrupted: true,
    hasRepository: false,
    version: old,
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
  const jobs = memoryJobs({
    'dpkg-repair': () => {
      server.isInterrupted = false
    },
    'docker-packages': () => {
      server.kept = server.version
      server.fetched = true
    },
    'docker-upgrade': () => change(server.version === old ? noble('26.1.5') : (server.kept ?? old)),
  })
  return {
    server: aServer(name),
    look: () =>
      aLook({
        docker: known(aDocker({ version: engine(server.version) })),
        engine: known(anEngine()),
        candidates: known(
          offers({
            packages: packagesOf(server.version),
            versions: new Map([['docker-ce', [noble('26.1.5'), old]]]),
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
const upgrade = (parts: Partial<DockerUpgradeOptions>) => () => dockerUpgrade(options({ repository, ...parts }))
const upgraded = { isInterrupted: false, hasRepository: true, version: noble('26.1.5'), kept: old }

// Neither knows what the other is asked.
function peerServer(name: string): MemoryServer {
  const docked = dockerServer(name)
  const peer = weaveServer(name)
  return {
    server: aServer(name),
    look: () => ({ ...docked.look(), ...ofTheMesh(peer.look()) }),
    state: () => [docked.state(), peer.state()],
    answer: (script) => (script.inputs?.job_step === 'weave' ? peer : docked).answer(script),
  }
}

const ofTheMesh = ({ weave, mesh }: ServerFacts) => ({ ...(weave && { weave }), ...(mesh && { mesh }) })

/** An upgrade from a repository that is set up before, on servers whose dpkg was interrupted; the same with Weave; and the way back. */
export const dockerModels: readonly Model[] = [
  { operation: upgrade({}), servers: () => [dockerServer('web-1'), dockerServer('web-2')] },
  {
    operation: upgrade({ weave: { ...weave, version: '2.9.0' } }),
    servers: () => [peerServer('web-1'), peerServer('web-2')],
  },
  {
    operation: upgrade({ rollsBackTo: true }),
    servers: () => [dockerServer('web-1', upgraded), dockerServer('web-2', upgraded)],
  },
]
