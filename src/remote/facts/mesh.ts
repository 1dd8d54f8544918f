import { allOf, FieldError, matching, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

/** The network of Weave as its router on this server has it. */
export interface Mesh {
  readonly scriptSha256: string
  /** In its own words: `router`, `ipam`, `dns`, `proxy`, `plugin (v2)`. */
  readonly services: readonly string[]
  /** enabled or disabled, as is `discovery`. */
  readonly encryption: string
  readonly discovery: string
  /** `state` is established, pending, retrying, failed or connecting. */
  readonly connections: readonly { readonly address: string; readonly state: string; readonly info: string }[]
  /** The peers that it was told to connect to. */
  readonly targets: readonly string[]
  /** What each peer owns of the addresses that are given to containers. */
  readonly ranges: readonly { readonly peer: string; readonly addressCount: number; readonly isReachable: boolean }[]
  readonly launch: MeshLaunch
}

/** How its container was made. */
export interface MeshLaunch {
  /** The weave script's own and those that it was given, without a password. */
  readonly arguments: readonly string[]
  /** `NAME=value` */
  readonly variables: readonly string[]
  readonly hasPassword: boolean
  /** Whether Docker starts it again. */
  readonly restarts: boolean
  /** Whether Docker holds it to so much memory or processor. */
  readonly hasLimits: boolean
  /** Whether weave.service runs it. */
  readonly hasUnit: boolean
}

/** null: no router runs. */
export function readMesh(facts: Fields): Mesh | null {
  const status = allOf(facts, 'mesh_status').map(readField)
  if (status.length === 0) return null
  const fieldNamed = (name: string) => status.find(([field]) => field === name)?.[1]
  return {
    scriptSha256: matching(facts, 'mesh_script', /^[0-9a-f]{64}$/),
    services: status.filter(([field]) => field === 'Service').map(([, value]) => value),
    encryption: fieldNamed('Encryption') ?? 'unknown',
    discovery: fieldNamed('PeerDiscovery') ?? 'unknown',
    connections: allOf(facts, 'mesh_connection').map(readConnection),
    targets: allOf(facts, 'mesh_target'),
    ranges: allOf(facts, 'mesh_range').map(readRange),
    launch: {
      arguments: allOf(facts, 'mesh_argument'),
      variables: allOf(facts, 'mesh_variable'),
      hasPassword: yesOrNo(facts, 'mesh_has_password'),
      restarts: yesOrNo(facts, 'mesh_restarts'),
      hasLimits: yesOrNo(facts, 'mesh_has_limits'),
      hasUnit: yesOrNo(facts, 'mesh_has_unit'),
    },
  }
}

// `     Encryption: enabled`
function readField(line: string): readonly [field: string, value: string] {
  const [, field = '', value = ''] = /^ *([^:]+): *(.*)$/.exec(line) ?? []
  return [field, value]
}

// `-> 203.0.113.12:6783   established fastdp 7a:5c:…(web-2) mtu=1376`
function readConnection(line: string): Mesh['connections'][number] {
  const [, address, state, info = ''] = /^(?:->|<-) (\S+) +(\S+) *(.*)$/.exec(line) ?? []
  if (address === undefined || state === undefined)
    throw new FieldError(`a connection cannot be ${JSON.stringify(line.slice(0, 60))}`)
  return { address, state, info }
}

// `7a:5c:…(web-1)   524288 IPs (50.0% of total) (2 active)`
function readRange(line: string): Mesh['ranges'][number] {
  const [, peer, count, rest = ''] = /^(\S.*?) +(\d+) IPs \([\d.]+% of total\) *(.*)$/.exec(line) ?? []
  if (peer === undefined) throw new FieldError(`a range of addresses cannot be ${JSON.stringify(line.slice(0, 60))}`)
  return { peer, addressCount: Number(count), isReachable: !rest.includes('unreachable') }
}
