import { ConnectError } from '../connect-error.ts'
import type { Connection } from '../connection.ts'
import { UnknownKeyError } from '../host-keys/verify.ts'
import { type Limit, makeLimit } from '../semaphore.ts'
import { type Forward, forwardOver } from './forward.ts'
import { keyOf, type Way } from './route.ts'

/** The bastions of one run: one connection each, however many servers are behind it and however it is spelt. */
export interface Bastions {
  /** Lets `make` connect over the bastion when its turn has come: few at a time through each. */
  readonly through: <T>(bastion: Way, stop: AbortSignal, make: (forward: Forward) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

type Bastion = { readonly connection: Promise<Connection>; readonly turns: Limit }

type Ground = {
  readonly connectingAtMost: number
  readonly forwardMs: number
  readonly open: (bastion: Way, stop: AbortSignal) => Promise<Connection>
}

// A bastion that cannot be reached is tried again for servers that come later, but not for each that waits.
const believedGoneMs = 30_000

export function makeBastions({ connectingAtMost, forwardMs, open }: Ground): Bastions {
  const bastions = new Map<string, Bastion>()
  // A server that is given up must not take the bastion of the others with it.
  const ending = new AbortController()

  function bastionOn(way: Way): Bastion {
    const key = keyOf(way)
    const known = bastions.get(key)
    if (known !== undefined) return known
    const bastion = { connection: open(way, ending.signal), turns: makeLimit(connectingAtMost) }
    bastions.set(key, bastion)
    const forget = () => void (bastions.get(key) === bastion && bastions.delete(key))
    bastion.connection.then(
      ({ ended }) => ended.then(forget),
      (error: unknown) => forgetWhy(error, forget),
    )
    return bastion
  }

  return {
    through: async (way, stop, make) => {
      const { host } = way.target
      const { connection, turns } = bastionOn(way)
      return turns.within(async () => {
        const { client } = await unlessStopped(connection, host, stop)
        return make((to) => forwardOver(client, { ...to, bastion: host, timeoutMs: forwardMs, stop }))
      }, stop)
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

// A person may yet accept a key; a refused authentication is never tried again in a run; all else may pass.
function forgetWhy(error: unknown, forget: () => void): void {
  const kind = error instanceof ConnectError ? error.kind : undefined
  if (kind === 'hostkey-unknown' || kind === 'stopped') forget()
  else if (kind !== 'auth') setTimeout(forget, believedGoneMs).unref()
}

async function unlessStopped(connection: Promise<Connection>, host: string, stop: AbortSignal): Promise<Connection> {
  let onAbort: () => void = () => undefined
  const stopped = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new ConnectError('stopped', `the bastion ${host}: stopped`))
    stop.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([connection.catch((error: unknown) => Promise.reject(behind(host, error))), stopped])
  } finally {
    stop.removeEventListener('abort', onAbort)
  }
}

function behind(host: string, error: unknown): unknown {
  // An unknown key stays what it is, so that a person can be asked about it; each server tells its own times with it.
  if (error instanceof UnknownKeyError) return new UnknownKeyError(error, error.unknown)
  if (!(error instanceof ConnectError)) return error
  const detail = error.hint === undefined ? { cause: error } : { cause: error, hint: error.hint }
  return new ConnectError(error.kind, `the bastion ${host}: ${error.message}`, detail)
}
