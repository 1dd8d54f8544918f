import * as z from 'zod'
import type { Json } from '../base/json.ts'
import type { FailoverDriver, HealthCheck } from '../manifest/settings.ts'
import { lazily, line, type Schema, text, wholeNumber } from '../plan/schema/schema.ts'

/** One of the two environments that the address can point to. */
export type FailoverTarget = {
  readonly environment: string
  /** IP addresses where its traffic enters, in order. */
  readonly targets: readonly string[]
  /** Its own check, and those of its servers that it is for, as `<environment>/<name>`. */
  readonly health?: { readonly check: HealthCheck; readonly servers: readonly string[] }
}

/** An address, and what has to be known to say where it points and to move it. */
export type Failover = {
  readonly address: string
  readonly targets: readonly [FailoverTarget, FailoverTarget]
  readonly driver: FailoverDriver
  /** Of the new answer. */
  readonly ttlSeconds: number
  /** Asked of a side before the switch to it, and through the address after. */
  readonly check?: { readonly url: string; readonly status: number }
  readonly timeoutMs: number
}

/** Where the address points, as its driver has it. */
export type CurrentTarget = {
  /** The environment; null: at neither of them, or at both. */
  readonly environment: string | null
  /** For people: the addresses, or what else there is instead. */
  readonly description: string
  /** All that a move would change. */
  readonly state: Json
  /** How long others may go on with this answer after it has changed. */
  readonly ttlSeconds: number
}

export const currentTarget = (state: Schema<Json>): Schema<CurrentTarget> =>
  lazily(() =>
    z.strictObject({ environment: line().nullable(), description: text(), state: state(), ttlSeconds: wholeNumber() }),
  )

export function targetFor(environment: string, { targets }: Pick<Failover, 'targets'>): FailoverTarget {
  const target = targets.find((one) => one.environment === environment)
  if (target === undefined) throw new RangeError(`no side ${environment}`)
  return target
}

/** The environment that has exactly these addresses. */
export const environmentAt = (
  addresses: readonly string[],
  { targets: sides }: Pick<Failover, 'targets'>,
): string | null =>
  addresses.length === 0
    ? null
    : (sides.find(
        ({ targets }) => targets.length === addresses.length && targets.every((one) => addresses.includes(one)),
      )?.environment ?? null)

export const describeTarget = ({ environment, targets }: FailoverTarget) =>
  targets.length === 0 ? environment : `${environment} (${targets.join(', ')})`
