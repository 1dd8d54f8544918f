import { saySide, sideOf } from '../failover/target.ts'
import type { ApplicationContext } from '../plan/application.ts'
import { type IdleSide, mustStayIdle } from './idle-environment.ts'
import type { RebuildOptions } from './options.ts'
import type { RebuildStep } from './state.ts'

type Choice = { readonly serves: string; readonly fresh: string }

/** Makes sure that the side which is built anew gets no traffic, nor some of those who still keep an old answer. */
export function chooseStep(
  { failover, from, to, waitSeconds }: RebuildOptions,
  sideNow: (at: ApplicationContext) => Promise<IdleSide>,
): RebuildStep<Choice, Choice> {
  return {
    id: 'choose',
    effect: 'changes',
    foresee: ({ pointing: { at, says } }) =>
      at === from
        ? { is: 'due', what: { serves: from, fresh: to } }
        : { is: 'blocked', why: `${failover.address} points at ${at ?? says}, and not at ${from}` },
    describe: () => [
      `${saySide(sideOf(from, failover))} serves and stays as it is; ${to} is built anew`,
      'not carried over: what is in databases and volumes, certificates, jobs',
      ...(waitSeconds > 0 ? [`first ${waitSeconds} s go by, for which an old answer may still be kept`] : []),
    ],
    before: async (_, choice) => choice,
    settled: async () => 'no',
    act: async (at) => at.tell(`${from} serves, ${to} is built`),
    prove: async (at, choice) => {
      await mustStayIdle(at, waitSeconds, await sideNow(at))
      return choice
    },
  }
}
