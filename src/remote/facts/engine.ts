import { allOf, FieldError, optional, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'
import type { Disk } from './disk.ts'
import { readDiskLine } from './disk.ts'

/** The engine that runs, as far as an upgrade of it is foreseen by, and what was put beside it by hand. */
export interface Engine {
  /** Undefined: it does not answer. */
  readonly info: EngineInfo | undefined
  /** Running containers that talk to Docker: name (image). */
  readonly socketUsers: readonly string[]
  /** Running containers that are gone once they stop: name (image). */
  readonly fleeting: readonly string[]
  /** The text of daemon.json; undefined: there is none. */
  readonly config: string | undefined
  /** Files that were put there by hand. */
  readonly files: readonly string[]
  readonly isInLxc: boolean
}

export interface EngineInfo {
  /** The oldest API that it still answers: `1.24`. */
  readonly apiMinimum: string
  readonly storageDriver: string
  /** Whether images lie in containerd's store, which engines before 29 do not look into by themselves. */
  readonly hasContainerdStore: boolean
  readonly cgroupDriver: string
  readonly isLiveRestore: boolean
  readonly swarm: 'none' | 'worker' | 'manager'
  /** Where the containers and images live; undefined where df cannot tell. */
  readonly disk: Disk | undefined
}

export const readEngine = (facts: Fields): Engine => ({
  info: readInfo(facts),
  socketUsers: allOf(facts, 'engine_socket'),
  fleeting: allOf(facts, 'engine_fleeting'),
  config: facts.has('engine_config') ? allOf(facts, 'engine_config').join('\n') : undefined,
  files: allOf(facts, 'engine_file'),
  isInLxc: yesOrNo(facts, 'engine_in_lxc'),
})

function readInfo(facts: Fields): EngineInfo | undefined {
  const line = optional(facts, 'engine_info')
  if (line === undefined) return undefined
  const [driver, status, isLiveRestore, swarm, isManager, cgroup] = parse(line)
  const room = optional(facts, 'engine_room')
  if (typeof driver !== 'string' || typeof cgroup !== 'string' || typeof isLiveRestore !== 'boolean')
    throw new FieldError('docker info cannot be read')
  return {
    apiMinimum: optional(facts, 'engine_api') ?? 'unknown',
    storageDriver: driver,
    hasContainerdStore: JSON.stringify(status).includes('io.containerd.snapshotter'),
    cgroupDriver: cgroup,
    isLiveRestore,
    swarm: swarm === '' || swarm === 'inactive' ? 'none' : isManager === true ? 'manager' : 'worker',
    disk: room === undefined ? undefined : readDiskLine(room),
  }
}

function parse(line: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line)
    if (Array.isArray(value)) return value
  } catch (cause) {
    throw new FieldError('docker info cannot be read', { cause })
  }
  throw new FieldError('docker info cannot be read')
}
