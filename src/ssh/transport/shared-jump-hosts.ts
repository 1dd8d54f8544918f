import { ConnectError } from '../connect-error.ts'
import type { Connection } from '../connection.ts'
import { UnknownKeyError } from '../host-keys/verify.ts'
import { makeSemaphore, type Semaphore } from '../semaphore.ts'
import { type Forward, forwardOver } from './forward.ts'
import { keyOf, type Route } from './route.ts'

/** The bastions of one run: one connection each, however many servers are behind it and however it is spelt. */
export interface SharedJumpHosts {
  /** Lets `make` connect over the bastion when its turn has come: few at a time through each. */
  readonly through: <T>(jumpHost: Route, stop: AbortSignal, make: (forward: Forward) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

type JumpHost = { readonly connection: Promise<Connection>; readonly turns: Semaphore }

type JumpHostOptions = {
  readonly connectingAtMost: number
  readonly forwardMs: number
  readonly open: (jumpHost: Route, stop: AbortSignal) => Promise<Connection>
}

// A bastion that cannot be reached is tried again for servers that come later, but not for each that waits.
const believedGoneMs = 30_000

export function makeSharedJumpHosts({ connectingAtMost, forwardMs, open }: JumpHostOptions): SharedJumpHosts {
  const jumpHosts = new Map<string, JumpHost>()
  // A server that is given up must not take the bastion of the others with it.
  const ending = new AbortController()

  function bastionOn(route: Route): JumpHost {
    const key = keyOf(route)
    const known = jumpHosts.get(key)
    if (known !== undefined) return known
    const jumpHost = { connection: open(route, ending.signal), turns: makeSemaphore(connectingAtMost) }
    jumpHosts.set(key, jumpHost)
    const forget = () => void (jumpHosts.get(key) === jumpHost && jumpHosts.delete(key))
    jumpHost.connection.then(
      ({ ended }) => ended.then(forget),
      (error: unknown) => forgetWhy(error, forget),
    )
    return jumpHost
  }

  return {
    through: async (route, stop, make) => {
      const { host } = route.target
      const { connection, turns } = bastionOn(route)
      return turns.within(async () => {
        const { client } = await unlessStopped(connection, host, stop)
        return make((to) => forwardOver(client, { ...to, bastion: host, timeoutMs: forwardMs, stop }))
      }, stop)
    },
    close: async () => {
      ending.abort()
      const open = [...jumpHosts.values()].map(({ connection }) =>
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
