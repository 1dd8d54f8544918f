import { allOf, FieldError, type Fields, matching, yesOrNo } from '../fields.ts'
import type { Mesh } from './facts.ts'

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
