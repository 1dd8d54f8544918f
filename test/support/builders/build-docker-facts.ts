import type { DockerUpgradeOptions } from '../../../src/operations/docker-upgrade/options.ts'
import type { DockerCandidates } from '../../../src/remote/facts/candidates.ts'
import type { Docker } from '../../../src/remote/facts/docker.ts'
import type { Engine, EngineInfo } from '../../../src/remote/facts/engine.ts'

/** An engine with nothing special about it, but for what is given. */
export const buildEngineInfo = (parts: Partial<EngineInfo> = {}): EngineInfo => ({
  apiMinimum: '1.12',
  storageDriver: 'overlay2',
  hasContainerdStore: false,
  cgroupDriver: 'systemd',
  isLiveRestore: false,
  swarm: 'none',
  disk: { path: '/', totalBytes: 100e9, freeBytes: 50e9, isReadOnly: false },
  ...parts,
})

export const buildEngine = (parts: Partial<Engine> = {}): Engine => ({
  info: buildEngineInfo(),
  socketUsers: [],
  fleeting: [],
  config: undefined,
  files: [],
  isInLxc: false,
  ...parts,
})

export const noble = (version: string) => `5:${version}-1~ubuntu.24.04~noble`
export const oldVersion = '5:20.10.24~3-0~ubuntu-noble'

/** Docker 20.10.24 from Docker's own packages, with 26.1.5 on offer. */
export const buildCandidates = (parts: Partial<DockerCandidates> = {}): DockerCandidates => ({
  packages: [
    { name: 'docker-ce', version: oldVersion, hold: 'none' },
    { name: 'docker-ce-cli', version: oldVersion, hold: 'none' },
    { name: 'containerd.io', version: '1.6.20-1', hold: 'none' },
    { name: 'docker-buildx-plugin', version: '0.11.2-1~ubuntu.24.04~noble', hold: 'none' },
    { name: 'docker-compose-plugin', version: '2.24.0-1~ubuntu.24.04~noble', hold: 'none' },
  ],
  versions: new Map([
    ['docker-ce', [noble('26.1.5'), oldVersion]],
    ['docker-ce-cli', [noble('26.1.5'), oldVersion]],
    ['containerd.io', ['1.7.24-1', '1.6.20-1']],
    ['docker-buildx-plugin', ['0.14.0-1~ubuntu.24.04~noble', '0.11.2-1~ubuntu.24.04~noble']],
    ['docker-compose-plugin', ['2.27.0-1~ubuntu.24.04~noble', '2.24.0-1~ubuntu.24.04~noble']],
  ]),
  candidates: new Map(),
  isStaged: false,
  kept: [],
  ...parts,
})

/** The engine in the facts of every server. */
export const buildDocker = (parts: Partial<Docker> = {}): Docker => ({
  version: '20.10.24',
  client: '20.10.24',
  trouble: undefined,
  source: 'docker-ce',
  containers: [],
  ...parts,
})

export const buildUpgradeOptions = (parts: Partial<DockerUpgradeOptions> = {}): DockerUpgradeOptions => ({
  version: '26.1.5',
  weave: null,
  groups: ['docker'],
  rollsBackTo: false,
  installs: false,
  allowsDowngrade: false,
  rollsBack: true,
  repository: null,
  isSerial: false,
  lockTimeoutMs: 1_000,
  stallTimeoutMs: 60_000,
  readyTimeoutMs: 10_000,
  stableTimeMs: 1_000,
  ...parts,
})
