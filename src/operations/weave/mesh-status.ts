import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { sha256 } from '../../base/forms.ts'
import type { ServerContext } from '../../plan/context.ts'
import { lazily, list, type Schema, text, wholeNumber, word } from '../../plan/schema/schema.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { Mesh } from '../../remote/facts/mesh.ts'

export const weaveFacts = ['weave', 'mesh'] as const

/** What a mesh had before its router was stopped, and must have again. */
export type MeshSnapshot = {
  readonly connectionCount: number
  /** Of all peers together: whatever they own of it, the whole stays the same. */
  readonly addressCount: number
  readonly services: readonly string[]
  readonly encryption: string
  readonly discovery: string
  /** Whether nothing was amiss. */
  readonly isWhole: boolean
}

/** What a schema of a mesh has, and of what knows more of it. */
export const meshSnapshotShape = () => ({
  connectionCount: wholeNumber(),
  addressCount: wholeNumber(),
  services: list(text()),
  encryption: text(),
  discovery: text(),
  isWhole: z.boolean(),
})

export const meshSnapshot = (mesh: Mesh): MeshSnapshot => ({
  connectionCount: connectionsOf(mesh).filter(({ state }) => state === 'established').length,
  addressCount: mesh.ranges.reduce((sum, { addressCount }) => sum + addressCount, 0),
  services: mesh.services.map(kindOf),
  encryption: mesh.encryption,
  discovery: mesh.discovery,
  isWhole: meshProblem(mesh).length === 0,
})

/** What is not well with a mesh, in words for people. */
export function meshProblem(mesh: Mesh): readonly string[] {
  const bad = connectionsOf(mesh).filter(({ state }) => state !== 'established')
  const lost = mesh.ranges.filter(({ isReachable }) => !isReachable)
  return [
    ...bad.map(({ address, state, info }) => `the connection to ${address} is ${state}${info && ` (${info})`}`),
    ...lost.map(({ peer }) => `${peer} owns addresses and cannot be reached`),
  ]
}

/** A version of Weave, by its router and by its script, with the mesh that it has or is to have. */
export type MeshStatus = MeshSnapshot & { readonly version: string; readonly sha256: string }

export const meshStatus: Schema<MeshStatus> = lazily(() =>
  z.strictObject({ ...meshSnapshotShape(), version: text(), sha256: word(sha256) }),
)

/** What a server still lacks of the version and the mesh that it is to have; undefined: nothing. */
export function missingIn({ weave, mesh }: ServerFacts, wanted: MeshStatus): string | undefined {
  if (weave?.status !== 'known') return `the state of Weave is unknown: ${weave?.why ?? 'it was not gathered'}`
  if (mesh?.status !== 'known') return `the state of the mesh is unknown: ${mesh?.why ?? 'it was not gathered'}`
  if (weave.value === null || mesh.value === null) return 'the router does not run'
  if (weave.value.version !== wanted.version) return `the router that runs is ${weave.value.version}`
  if (mesh.value.scriptSha256 !== wanted.sha256) return 'the weave script is another one'
  const [problem] = wanted.isWhole ? meshProblem(mesh.value) : []
  return problem ?? difference(meshSnapshot(mesh.value), wanted)
}

/** Waits until a server has the mesh that it is to have; throws what it lacks when it does not come. */
export async function waitForMesh(ctx: ServerContext, wanted: MeshStatus, timeoutMs: number): Promise<void> {
  const sinceMs = ctx.nowMs()
  for (;;) {
    const lack = missingIn(await ctx.gatherFacts(weaveFacts), wanted)
    if (lack === undefined) return
    if (ctx.nowMs() - sinceMs >= timeoutMs)
      throw new MaestroError(`Weave ${wanted.version} is not in the state it was in before: ${lack}`, {
        hint: 'see `weave status` and `weave status connections` there',
      })
    ctx.progress(`waiting for Weave: ${lack}`)
    await ctx.waitMs(3_000)
  }
}

function difference(now: MeshSnapshot, before: MeshSnapshot): string | undefined {
  const missing = before.services.find((service) => !now.services.includes(service))
  if (missing !== undefined) return `its ${missing} does not run`
  if (now.encryption !== before.encryption) return `encryption is ${now.encryption}, and was ${before.encryption}`
  if (now.discovery !== before.discovery) return `peer discovery is ${now.discovery}, and was ${before.discovery}`
  if (now.connectionCount < before.connectionCount)
    return `${now.connectionCount} of ${before.connectionCount} connections are established`
  if (before.addressCount > 0 && now.addressCount !== before.addressCount)
    return `its peers own ${now.addressCount} addresses, and owned ${before.addressCount}`
  return undefined
}

// Where all peers are launched with the same list, each has itself in it.
const connectionsOf = ({ connections }: Mesh) =>
  connections.filter(({ info }) => !info.includes('cannot connect to ourself'))

// `plugin (v2)`: how it goes about it may change with the version.
const kindOf = (service: string) => service.replace(/ .*/, '')
