import { MaestroError } from '../../base/errors.ts'
import { askHaproxy, findSocket } from '../../load-balancer/haproxy/runtime-socket.ts'
import { type BackendServer, readServersState } from '../../load-balancer/haproxy/state.ts'
import type { HaproxyDriver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import type { Driver } from '../driver.ts'
import type { Failover, Pointing, Side } from '../target.ts'

type Entry = BackendServer & { readonly environment: string }

/** Moves the traffic by the weights that a load balancer in front of both sides gives to their servers. */
export function haproxyDriver(failover: Failover, { server: balancer, backend }: HaproxyDriver): Driver {
  async function entriesOf(at: ApplicationContext): Promise<readonly Entry[]> {
    const port = at.other(balancer)
    const all = readServersState(await askHaproxy(port, await findSocket(port), ['show servers state']))
    const entries = all
      .filter((one) => backend === undefined || one.backend === backend)
      .flatMap((one) => sidesWith(one, failover).map(({ environment }) => ({ ...one, environment })))
    for (const side of failover.sides) mustBeThere(side, entries, balancer)
    return entries
  }

  async function command(at: ApplicationContext, commands: readonly string[]): Promise<void> {
    const port = at.other(balancer)
    const answer = (await askHaproxy(port, await findSocket(port), commands)).trim()
    if (answer !== '') throw new MaestroError(`${balancer}: HAProxy says ${answer.split('\n')[0]}`)
  }

  return {
    words: `the weights of HAProxy on ${balancer}`,
    isRepeatable: true,
    read: async (at) => pointingOf(await entriesOf(at), failover),
    refusal: async () => undefined,
    // The side that gets the traffic first: there is none without a side.
    move: async (at, _from, to) => {
      const entries = await entriesOf(at)
      const joining = entries.filter(({ environment }) => environment === to.environment)
      const leaving = entries.filter(({ environment }) => environment !== to.environment)
      await command(at, [
        ...joining.map(
          (one) => `set server ${one.backend}/${one.server} weight ${one.initialWeight > 0 ? '100%' : '100'}`,
        ),
        ...leaving.map((one) => `set server ${one.backend}/${one.server} weight 0`),
      ])
    },
    whyNotWell: async (at, side) => {
      const own = (await entriesOf(at)).filter(({ environment }) => environment === side.environment)
      const down = own.filter(({ isReady, isUp }) => !(isReady && isUp))
      if (down.length === 0) return undefined
      return `HAProxy has ${down.map((one) => `${one.backend}/${one.server}`).join(', ')} out of service or down`
    },
  }
}

const sidesWith = ({ address }: BackendServer, { sides }: Failover) =>
  sides.filter(({ targets }) => targets.includes(address))

function mustBeThere({ environment, targets }: Side, entries: readonly Entry[], balancer: string): void {
  if (entries.some((entry) => entry.environment === environment)) return
  throw new MaestroError(`${balancer}: no backend has a server of ${environment} (${targets.join(', ')})`, {
    hint: 'does HAProxy know them by other addresses? `maestro.failover.targets` says which',
  })
}

function pointingOf(entries: readonly Entry[], { sides }: Failover): Pointing {
  const [at = null, ...more] = sides.filter(({ environment }) => {
    const [own, others] = [true, false].map((is) => entries.filter((one) => (one.environment === environment) === is))
    return own?.every(({ weight }) => weight > 0) && others?.every(({ weight }) => weight === 0)
  })
  const weights = entries.map(({ backend, server, weight }) => `${backend}/${server} ${weight}`)
  return {
    at: more.length === 0 && at !== null ? at.environment : null,
    says: `weights ${weights.join(', ')}`,
    state: entries.map(({ backend, server, weight }) => ({ backend, server, weight })),
    ttlSeconds: 0,
  }
}
