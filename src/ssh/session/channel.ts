import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import type { Endpoint } from '../../inventory/endpoint.ts'
import type { ConnectError } from '../connect-error.ts'

type Opening = {
  readonly client: Client
  readonly to: Endpoint
  readonly timeoutMs: number
  readonly stop: AbortSignal
  /** What is thrown when there is no stream; the cause is the server's own word, where it had one. */
  readonly errorFor: (trouble: 'refused' | 'lost' | 'timeout' | 'stopped', cause?: unknown) => ConnectError
}

/** A stream through a connection; ssh2 would wait for it as long as the other end does, which is minutes. */
export function openChannel({ client, to, timeoutMs, stop, errorFor }: Opening): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let isSettled = false
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onAbort)
      isSettled = true
      finish()
    }
    const fail = (error: ConnectError) => settle(() => reject(error))
    const onAbort = () => fail(errorFor('stopped'))
    const timer = setTimeout(() => fail(errorFor('timeout')), timeoutMs)
    stop.addEventListener('abort', onAbort, { once: true })
    const onChannel = (error: Error | undefined, channel: Duplex) => {
      // One that comes too late is nobody's.
      if (isSettled) channel?.destroy()
      else if (error === undefined) settle(() => resolve(channel))
      else fail(errorFor('refused', error))
    }
    try {
      if ('socketPath' in to) client.openssh_forwardOutStreamLocal(to.socketPath, onChannel)
      else client.forwardOut('127.0.0.1', 0, to.host, to.port, onChannel)
    } catch (cause) {
      fail(errorFor('lost', cause))
    }
  })
}
