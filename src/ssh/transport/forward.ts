import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { ConnectError } from '../connect-error.ts'
import { openChannel } from '../session/channel.ts'
import { whereIs } from './dial.ts'

/** Opens a stream to an address as seen from the last bastion on the way. */
export type Forward = (to: { readonly host: string; readonly port: number }) => Promise<Duplex>

type Forwarding = {
  readonly host: string
  readonly port: number
  readonly bastion: string
  readonly timeoutMs: number
  readonly stop: AbortSignal
}

/** A stream through a bastion. */
export function forwardOver(
  client: Client,
  { host, port, bastion: jumpHost, timeoutMs, stop }: Forwarding,
): Promise<Duplex> {
  const where = whereIs(host, port)
  return openChannel({
    client,
    to: { host, port },
    timeoutMs,
    stop,
    errorFor: (trouble, cause) => {
      switch (trouble) {
        case 'stopped':
          return new ConnectError('stopped', `${where}: stopped`)
        case 'lost':
          return new ConnectError('proxy', `the connection to the bastion ${jumpHost} was lost`, { cause })
        case 'refused':
          return new ConnectError('proxy', `the bastion ${jumpHost} cannot reach ${where} (${wordOf(cause)})`, {
            cause,
          })
        case 'timeout':
          return new ConnectError(
            'timeout',
            `the bastion ${jumpHost} had no answer from ${where} within ${timeoutMs / 1000} s`,
            { hint: 'is it up, and does a firewall let the bastion in?' },
          )
      }
    },
  })
}

const wordOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))
