import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2'
import type { AuthStep, Pause, ServerReply } from './auth-step.ts'

/** An authentication under way. */
export interface AuthAttempts {
  readonly reply: () => ServerReply
  /** What was offered last; once the server lets us in, what it took. */
  readonly offered: () => string
  readonly handler: NonNullable<ConnectConfig['authHandler']>
  /** Listens to a client; to be called once its `connect` was. */
  readonly follow: (client: Client) => void
}

/** Tries one step after the other, each until it is refused or taken, and only what the server says that it takes at that point. */
export function trackAuth(user: string, steps: readonly AuthStep[], pause: Pause): AuthAttempts {
  let said: ServerReply = { allowed: undefined, isHalfIn: false }
  let left = steps
  let tried: AuthStep | undefined
  const isDue = ({ type }: AuthStep) => said.allowed?.includes(type) ?? true
  async function nextMethod(): Promise<AnyAuthMethod | false> {
    for (let step = left.find(isDue); step !== undefined; step = left.find(isDue)) {
      tried = step
      left = left.filter((other) => other !== step)
      const method = await step.method(pause)
      if (method !== undefined) return method
    }
    // Who has nothing to offer still hears what would be taken, and some take nothing at all.
    return said.allowed === undefined ? { type: 'none', username: user } : false
  }
  return {
    reply: () => said,
    offered: () => tried?.name ?? 'nothing at all',
    handler: (_allowed, _partial, next) => {
      // The types of ssh2 leave out `false`, its word for "no more". A question that failed has ended the handshake.
      void nextMethod().then(
        (method) => next(method as AnyAuthMethod),
        () => undefined,
      )
    },
    follow: (client) =>
      hearRefusals(client, (allowed, isPartial) => {
        said = { allowed, isHalfIn: said.isHalfIn || isPartial }
        // It was not the key that was refused: keys are not due yet.
        if (tried !== undefined && !isPartial && !isDue(tried)) left = [tried, ...left]
        tried = undefined
      }),
  }
}

type OnRefusal = (protocol: unknown, allowed: readonly string[], isPartial: boolean) => void
type Listening = { readonly _protocol: { readonly _handlers: { USERAUTH_FAILURE: OnRefusal } } }

// ssh2 tells its authHandler nothing of how the key of an agent was refused, so the message itself is listened to.
function hearRefusals(client: Client, hear: (allowed: readonly string[], isPartial: boolean) => void): void {
  const handlers = (client as unknown as Listening)._protocol._handlers
  const before = handlers.USERAUTH_FAILURE
  handlers.USERAUTH_FAILURE = (protocol, allowed, isPartial) => {
    hear(allowed, isPartial)
    before(protocol, allowed, isPartial)
  }
}
