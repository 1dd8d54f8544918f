import type { Duplex } from 'node:stream'
import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import type { Target } from './jumps.ts'
import { type Limit, makeLimit } from './limits.ts'

/** Opens a stream to an address as seen from the last bastion on the way. */
export type Forward = (host: string, port: number) => Promise<Duplex>

/** The bastions of one run: one connection each, however many servers are behind it. */
export interface Bastions {
  /** Lets `make` connect, through the bastions when there are any, in its turn: few at a time through each. */
  readonly through: <T>(
    jumps: readonly Target[],
    stop: AbortSignal,
    make: (forward: Forward | undefined) => Promise<T>,
  ) => Promise<T>
  readonly close: () => Promise<void>
}

type Bastion = { readonly connection: Promise<Connection>; readonly turns: Limit }
type Open = (target: Target, stop: AbortSignal) => Promise<Connection>

export function makeBastions(connectingAtMost: number, open: Open): Bastions {
  const bastions = new Map<string, Bastion>()
  // A server that is given up must not take the bastion of the others with it.
  const ending = new AbortController()

  function bastionFor(jumps: readonly Target[], last: Target): Bastion {
    const key = JSON.stringify(jumps)
    const known = bastions.get(key)
    if (known !== undefined) return known
    const before = jumps.slice(0, -1)
    const connection = open(before.length === 0 ? last : { ...last, jumps: before }, ending.signal)
    const bastion = { connection, turns: makeLimit(connectingAtMost) }
    bastions.set(key, bastion)
    // One that is gone, or never came to be, is made anew for who asks next.
    const forget = () => void (bastions.get(key) === bastion && bastions.delete(key))
    connection.then(({ ended }) => ended.then(forget), forget)
    return bastion
  }

  return {
    through: async (jumps, stop, make) => {
      const last = jumps.at(-1)
      if (last === undefined) return make(undefined)
      const { connection, turns } = bastionFor(jumps, last)
      const giveTurn = await turns.take(stop)
      try {
        const { client } = await connection.catch((error: unknown) => Promise.reject(behind(last, error)))
        return await make((host, port) => forward(client, { host, port, last }))
      } finally {
        giveTurn()
      }
    },
    close: async () => {
      ending.abort()
      const open = [...bastions.values()].map(({ connection }) =>
        connection.then(
          ({ close }) => close(),
          () => undefined,
        ),
      )
      await Promise.all(open)
    },
  }
}

type Where = { readonly host: string; readonly port: number; readonly last: Target }

function forward(client: Connection['client'], { host, port, last }: Where): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else
        reject(
          new ConnectError('proxy', `the bastion ${last.host} cannot reach ${host}:${port} (${error.message})`, {
            cause: error,
          }),
        )
    })
  })
}

function behind({ host }: Target, error: unknown): unknown {
  // An unknown key stays what it is, so that a person can be asked about it.
  if (!(error instanceof ConnectError) || error.kind === 'hostkey-unknown') return error
  const detail = error.hint === undefined ? { cause: error } : { cause: error, hint: error.hint }
  return new ConnectError(error.kind, `the bastion ${host}: ${error.message}`, detail)
}
