import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { ConnectError } from './connect-error.ts'
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

/** A stream through a bastion; ssh2 would wait for it as long as the bastion does, which is minutes. */
export function forwardOver(client: Client, forwarding: Forwarding): Promise<Duplex> {
  const { host, port, bastion, timeoutMs, stop } = forwarding
  const where = whereIs(host, port)
  return new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onAbort)
      isSettled = true
      finish()
    }
    const fail = (error: ConnectError) => settle(() => reject(error))
    const onAbort = () => fail(new ConnectError('stopped', `${where}: stopped`))
    const timer = setTimeout(() => fail(noAnswer(forwarding)), timeoutMs)
    stop.addEventListener('abort', onAbort, { once: true })
    const onChannel = (error: Error | undefined, channel: Duplex) => {
      // One that comes too late is nobody's.
      if (isSettled) channel?.destroy()
      else if (error === undefined) settle(() => resolve(channel))
      else
        fail(
          new ConnectError('proxy', `the bastion ${bastion} cannot reach ${where} (${error.message})`, {
            cause: error,
          }),
        )
    }
    try {
      client.forwardOut('127.0.0.1', 0, host, port, onChannel)
    } catch (cause) {
      fail(new ConnectError('proxy', `the connection to the bastion ${bastion} was lost`, { cause }))
    }
  })
}

function noAnswer({ host, port, bastion, timeoutMs }: Forwarding): ConnectError {
  return new ConnectError(
    'timeout',
    `the bastion ${bastion} had no answer from ${whereIs(host, port)} within ${timeoutMs / 1000} s`,
    { hint: 'is it up, and does a firewall let the bastion in?' },
  )
}
