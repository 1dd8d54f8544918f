import type { Json } from '../../base/json.ts'
import type { Context, Step } from '../../plan/step.ts'
import { awaitMesh, censusOf, type Standing, weaveParts } from './mesh-status.ts'

/** What the step itself compares with, and the mesh that there was; null: none that could be seen. */
type Before<Its extends Json> = { readonly its: Its; readonly mesh: Standing | null }

/** A step that restarts routers of Weave, not proved before their mesh is what it was. */
export function keepingMesh<What extends Json, Its extends Json>(
  step: Step<What, Its>,
  timeoutMs: number,
): Step<What, Before<Its>> {
  return {
    ...step,
    before: async (at, what) => ({ its: await step.before(at, what), mesh: await meshOf(at) }),
    settled: (at, { its }) => step.settled(at, its),
    act: (at, { its }) => step.act(at, its),
    prove: async (at, { its, mesh }) => {
      const proof = await step.prove(at, its)
      if (mesh !== null) await awaitMesh(at, mesh, timeoutMs)
      return proof
    },
  }
}

async function meshOf(at: Context): Promise<Standing | null> {
  const { weave, mesh } = await at.look(weaveParts)
  if (weave?.is !== 'known' || weave.value === null || mesh?.is !== 'known' || mesh.value === null) return null
  return { ...censusOf(mesh.value), version: weave.value.version, sha256: mesh.value.scriptSha256 }
}
