import * as z from 'zod'
import type { Json } from '../../base/json.ts'
import type { ServerContext } from '../../plan/context.ts'
import { lazily } from '../../plan/schema/schema.ts'
import type { StepDefinition } from '../../plan/step.ts'
import { type MeshStatus, meshSnapshot, meshStatus, waitForMesh, weaveFacts } from './mesh-status.ts'

/** What the step itself compares with, and the mesh that there was; null: none that could be seen. */
type WithMesh<Inner extends Json> = { readonly inner: Inner; readonly mesh: MeshStatus | null }

/** A step that restarts routers of Weave, not proved before their mesh is what it was. */
export function withMeshCheck<Change extends Json, Inner extends Json, Evidence extends Json>(
  step: StepDefinition<Change, Inner, Evidence>,
  timeoutMs: number,
): StepDefinition<Change, WithMesh<Inner>, Evidence> {
  const snapshot = lazily(() => z.strictObject({ inner: step.schemas.snapshot(), mesh: meshStatus().nullable() }))
  return {
    ...step,
    schemas: { ...step.schemas, snapshot },
    snapshot: async (ctx, what) => ({ inner: await step.snapshot(ctx, what), mesh: await meshOf(ctx) }),
    status: (ctx, { inner }) => step.status(ctx, inner),
    apply: (ctx, { inner }) => step.apply(ctx, inner),
    verify: async (ctx, { inner, mesh }) => {
      const evidence = await step.verify(ctx, inner)
      if (mesh !== null) await waitForMesh(ctx, mesh, timeoutMs)
      return evidence
    },
  }
}

async function meshOf(ctx: ServerContext): Promise<MeshStatus | null> {
  const { weave, mesh } = await ctx.gatherFacts(weaveFacts)
  if (weave?.status !== 'known' || weave.value === null || mesh?.status !== 'known' || mesh.value === null) return null
  return { ...meshSnapshot(mesh.value), version: weave.value.version, sha256: mesh.value.scriptSha256 }
}
