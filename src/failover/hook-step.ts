import { MaestroError } from '../base/errors.ts'
import type { ApplicationStep } from '../plan/application.ts'
import { type Seen, type Switching, sideMustServeFirst, switchStep } from './switch-step.ts'

/** A program of the user's own that gets the data ready for traffic; it can be run again. */
export type Hook = { readonly path: string; readonly timeoutMs: number }

/** Runs `hooks.before_switch`, where a switch is due. */
export function hookStep(
  switching: Switching,
  { path, timeoutMs }: Hook,
): ApplicationStep<Seen, null, { from: string }> {
  const { failover, to, isWayBack } = switching
  const step = switchStep(switching)
  return {
    id: `before-${switching.id}`,
    effect: 'changes',
    foresee: (seen) => {
      const verdict = step.foresee(seen)
      return verdict.is === 'due' ? { is: 'due', what: null } : verdict
    },
    describe: () => [`${path} runs before that`],
    ...(isWayBack ? { drift: () => undefined } : {}),
    before: async (at) => {
      if (!isWayBack) await sideMustServeFirst(at, switching)
      return { from: (await switching.driver.read(at)).at ?? '' }
    },
    settled: async () => 'no',
    act: async (at, { from }) => {
      at.tell(`running ${path}`)
      const env = { MAESTRO_RUN: at.run, MAESTRO_ADDRESS: failover.address, MAESTRO_FROM: from, MAESTRO_TO: to }
      const { failure } = await at.runHere({ path, env, timeoutMs, isNoted: true })
      if (failure !== undefined) throw new MaestroError(`${path} ${failure}`)
    },
    prove: async () => null,
  }
}
