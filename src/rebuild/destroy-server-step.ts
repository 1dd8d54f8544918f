import { MaestroError } from '../base/errors.ts'
import type { ApplicationContext } from '../plan/application.ts'
import type { Provider } from '../provider/provider.ts'
import { environmentOf, keyOf, shortName } from './options.ts'
import type { Replaced } from './replace.ts'
import type { FreshStep } from './state.ts'

type Old = { readonly id: string }

const betweenMs = 5_000

/** Has the old machine destroyed, once a fresh one has taken its place. */
export function dropStep({ server, id }: Replaced, provider: Provider): FreshStep<Old, Old> {
  const isThere = async (at: ApplicationContext) => (await provider.list(at)).some((one) => one.id === id)
  return {
    id: 'drop',
    effect: 'changes',
    foresee: ({ provided }) =>
      provided?.some((one) => one.id === id)
        ? { is: 'due', what: { id } }
        : { is: 'done', why: `${provider.words} has no machine ${id}` },
    describe: () => [`then ${provider.words} destroys the old one (${id}), with all that is on it`],
    before: async (_, old) => old,
    settled: async (at) => ((await isThere(at)) ? 'no' : 'yes'),
    act: async (at) => {
      at.tell(`destroying ${id}`)
      await provider.ask(at, 'destroy', {
        key: `${keyOf(at.run, server)}/${id}`,
        server: { environment: environmentOf(server), name: shortName(server), groups: server.groups, id },
      })
    },
    prove: async (at) => {
      const endMs = at.nowMs() + provider.timeoutMs
      while (await isThere(at)) {
        if (at.nowMs() >= endMs) throw new MaestroError(`${provider.words} still lists ${id}`)
        at.tell(`waiting until ${id} is gone`)
        await at.waitMs(betweenMs)
      }
      return { destroyed: id }
    },
  }
}
