import * as z from 'zod'
import { MaestroError } from '../../base/errors.ts'
import { haproxyName } from '../../base/forms.ts'
import { askHaproxy, findSocket } from '../../load-balancer/haproxy/runtime-socket.ts'
import { type BackendServer, readServersState } from '../../load-balancer/haproxy/state.ts'
import type { HaproxyDriver } from '../../manifest/settings.ts'
import type { ApplicationContext } from '../../plan/application.ts'
import { lazily, list, type Schema, wholeNumber, word } from '../../plan/schema/schema.ts'
import type { FailoverDriver } from '../driver.ts'
import type { CurrentTarget, Failover, FailoverTarget } from '../target.ts'

type Entry = BackendServer & { readonly environment: string }

type Weight = { readonly backend: string; readonly server: string; readonly weight: number }

const weights: Schema<readonly Weight[]> = lazily(() =>
  list(z.strictObject({ backend: word(haproxyName), server: word(haproxyName), weight: wholeNumber() })),
)

/** Moves the traffic by the weights that a load balancer in front of both sides gives to their servers. */
export function haproxyDriver(failover: Failover, { server: balancer, backend }: HaproxyDriver): FailoverDriver {
  async function entriesOf(ctx: ApplicationContext): Promise<readonly Entry[]> {
    const port = ctx.server(balancer)
    const all = readServersState(await askHaproxy(port, await findSocket(port), ['show servers state']))
    const entries = all
      .filter((one) => backend === undefined || one.backend === backend)
      .flatMap((one) => targetsWith(one, failover).map(({ environment }) => ({ ...one, environment })))
    for (const target of failover.targets) assertPresent(target, entries, balancer)
    return entries
  }

  async function command(ctx: ApplicationContext, commands: readonly string[]): Promise<void> {
    const port = ctx.server(balancer)
    const answer = (await askHaproxy(port, await findSocket(port), commands)).trim()
    if (answer !== '') throw new MaestroError(`${balancer}: HAProxy says ${answer.split('\n')[0]}`)
  }

  return {
    description: `the weights of HAProxy on ${balancer}`,
    isRepeatable: true,
    state: weights,
    read: async (ctx) => currentTarget(await entriesOf(ctx), failover),
    refusal: async () => undefined,
    // The side that gets the traffic first: there is none without a side.
    switchTo: async (ctx, _from, to) => {
      const entries = await entriesOf(ctx)
      const joining = entries.filter(({ environment }) => environment === to.environment)
      const leaving = entries.filter(({ environment }) => environment !== to.environment)
      await command(ctx, [
        ...joining.map(
          (one) => `set server ${one.backend}/${one.server} weight ${one.initialWeight > 0 ? '100%' : '100'}`,
        ),
        ...leaving.map((one) => `set server ${one.backend}/${one.server} weight 0`),
      ])
    },
    unhealthyReason: async (ctx, target) => {
      const own = (await entriesOf(ctx)).filter(({ environment }) => environment === target.environment)
      const down = own.filter(({ isReady, isUp }) => !(isReady && isUp))
      if (down.length === 0) return undefined
      return `HAProxy has ${down.map((one) => `${one.backend}/${one.server}`).join(', ')} out of service or down`
    },
  }
}

const targetsWith = ({ address }: BackendServer, { targets: sides }: Failover) =>
  sides.filter(({ targets }) => targets.includes(address))

function assertPresent({ environment, targets }: FailoverTarget, entries: readonly Entry[], balancer: string): void {
  if (entries.some((entry) => entry.environment === environment)) return
  throw new MaestroError(`${balancer}: no backend has a server of ${environment} (${targets.join(', ')})`, {
    hint: 'does HAProxy know them by other addresses? `maestro.failover.targets` says which',
  })
}

function currentTarget(entries: readonly Entry[], { targets }: Failover): CurrentTarget {
  const [at = null, ...more] = targets.filter(({ environment }) => {
    const [own, others] = [true, false].map((is) => entries.filter((one) => (one.environment === environment) === is))
    return own?.every(({ weight }) => weight > 0) && others?.every(({ weight }) => weight === 0)
  })
  const weights = entries.map(({ backend, server, weight }) => `${backend}/${server} ${weight}`)
  return {
    environment: more.length === 0 && at !== null ? at.environment : null,
    description: `weights ${weights.join(', ')}`,
    state: entries.map(({ backend, server, weight }) => ({ backend, server, weight })),
    ttlSeconds: 0,
  }
}
