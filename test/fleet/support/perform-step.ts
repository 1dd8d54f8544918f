import type { Json } from '../../../src/base/json.ts'
import type { ServerContext } from '../../../src/plan/context.ts'
import type { Step } from '../../../src/plan/step.ts'
import { stepContext } from '../../support/builders/step-context.ts'
import type { FleetServer } from './fleet.ts'
import { overSsh } from './ssh.ts'

/** The outcome of one step: the lines of its plan and its evidence, or why there was nothing to do. */
export type StepResult = { readonly id: string } & (
  | { readonly lines: readonly string[]; readonly proof: Json }
  | { readonly status: string; readonly why: string }
)

/** What a step does with a server, over ssh as an administrator comes in. */
export const stepContextOn = (server: FleetServer, step: string) =>
  stepContext(server.name, step, async (input, { asRoot: isRoot }) => {
    const { exitCode, stdout, stderr } = await overSsh(server, isRoot ? 'sudo -n sh -s' : 'sh -s', { input })
    return { status: exitCode, stdout, stderr }
  })

/** Plans, applies and verifies one step of an operation on a server. */
export async function performStep(
  step: Step,
  ctx: ServerContext,
  facts: Awaited<ReturnType<ServerContext['gatherFacts']>>,
): Promise<StepResult> {
  const verdict = step.plan(facts)
  if (verdict.status !== 'due') return { id: step.id, status: verdict.status, why: verdict.why }
  const before = await step.snapshot(ctx, verdict.change)
  await step.apply(ctx, before)
  if (!['yes', 'running'].includes(await step.status(ctx, before)))
    throw new Error(`${step.id} was done and seems not to be`)
  return { id: step.id, lines: step.describe(verdict.change), proof: await step.verify(ctx, before) }
}
