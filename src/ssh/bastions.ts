import { ConnectError } from './connect-error.ts'
import type { Connection } from './connection.ts'
import { type Forward, forwardOver } from './forward.ts'
import type { Target } from './jumps.ts'
import { type Limit, makeLimit } from './limits.ts'

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

type Ground = {
  readonly connectingAtMost: number
  readonly forwardMs: number
  readonly open: (target: Target, stop: AbortSignal) => Promise<Connection>
  /** As whom and where, however it was spelt. */
  readonly whereIs: (jump: Target) => Promise<string>
}

// A bastion that cannot be reached is tried again for servers that come later, but not for each that waits.
const believedGoneMs = 30_000

export function makeBastions({ connectingAtMost, forwardMs, open, whereIs }: Ground): Bastions {
  const bastions = new Map<string, Bastion>()
  // A server that is given up must not take the bastion of the others with it.
  const ending = new AbortController()

  async function bastionFor(jumps: readonly Target[], last: Target): Promise<Bastion> {
    const key = (await Promise.all(jumps.map(whereIs))).join(' ')
    const { trail = [] } = last
    // ssh would start one process after the other without end.
    if (trail.includes(key)) throw new ConnectError('config', `the ProxyJump of ${last.host} leads in a circle`)
    const known = bastions.get(key)
    if (known !== undefined) return known
    const before = jumps.slice(0, -1)
    const target = { ...last, trail: [...trail, key] }
    const connection = open(before.length === 0 ? target : { ...target, jumps: before }, ending.signal)
    const bastion = { connection, turns: makeLimit(connectingAtMost) }
    bastions.set(key, bastion)
    const forget = () => void (bastions.get(key) === bastion && bastions.delete(key))
    connection.then(
      ({ ended }) => ended.then(forget),
      (error: unknown) => forgetWhy(error, forget),
    )
    return bastion
  }

  return {
    through: async (jumps, stop, make) => {
      const last = jumps.at(-1)
      if (last === undefined) return make(undefined)
      const { connection, turns } = await bastionFor(jumps, last)
      const giveTurn = await turns.take(stop)
      try {
        const { client } = await unlessStopped(connection, last, stop)
        return await make((to) => forwardOver(client, { ...to, bastion: last.host, timeoutMs: forwardMs, stop }))
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

// A person may yet accept a key; a refused authentication is never tried again in a run; all else may pass.
function forgetWhy(error: unknown, forget: () => void): void {
  const kind = error instanceof ConnectError ? error.kind : undefined
  if (kind === 'hostkey-unknown' || kind === 'stopped') forget()
  else if (kind !== 'auth') setTimeout(forget, believedGoneMs).unref()
}

async function unlessStopped(
  connection: Promise<Connection>,
  { host }: Target,
  stop: AbortSignal,
): Promise<Connection> {
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
  // An unknown key stays what it is, so that a person can be asked about it.
  if (!(error instanceof ConnectError) || error.kind === 'hostkey-unknown') return error
  const detail = error.hint === undefined ? { cause: error } : { cause: error, hint: error.hint }
  return new ConnectError(error.kind, `the bastion ${host}: ${error.message}`, detail)
}
