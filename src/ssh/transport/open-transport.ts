import type { Duplex } from 'node:stream'
import type { HostOptions } from '../config/host-options.ts'
import type { ServerTokens } from '../config/path-tokens.ts'
import { ConnectError } from '../connect-error.ts'
import { makeSemaphore } from '../semaphore.ts'
import { dial } from './dial.ts'
import type { Forward } from './forward.ts'
import { startProxy } from './proxy-command.ts'

/** A stream to a server's sshd, and what its end means where the way there can tell more than that it ended. */
export interface Stream {
  readonly stream: Duplex
  readonly explain: (error: ConnectError) => ConnectError
}

type TransportOptions = {
  readonly found: HostOptions
  /** Through the last bastion, where there is one. */
  readonly forward: Forward | undefined
  readonly tokens: ServerTokens
  readonly stop: AbortSignal
}

// Of Node's four threads, one stays free for files.
const lookupsAtMost = 3

/** Makes what opens streams: through a bastion, a ProxyCommand, or straight. */
export function makeTransports(tcpMs: number): (wanted: TransportOptions) => Promise<Stream> {
  const lookups = makeSemaphore(lookupsAtMost)
  return async ({ found, forward, tokens, stop }) => {
    const { hostName: host, port, proxyCommand, connectTimeoutMs, family, bindAddress: localAddress } = found
    if (forward !== undefined) return { stream: await forward({ host, port }), explain: asItIs }
    if (proxyCommand !== undefined) return throughProxy(proxyCommand, tokens)
    const timeoutMs = connectTimeoutMs ?? tcpMs
    return { stream: await dial({ host, port, timeoutMs, stop, lookups, family, localAddress }), explain: asItIs }
  }
}

const asItIs = (error: ConnectError) => error

function throughProxy(command: string, tokens: ServerTokens): Stream {
  const { stream, lastWords } = startProxy(command, tokens)
  const explain = (error: ConnectError) => {
    if (error.kind !== 'dropped') return error
    const words = lastWords()
    return new ConnectError('proxy', `the ProxyCommand for ${tokens.alias} ended${words === '' ? '' : `: ${words}`}`, {
      cause: error,
      hint: `try it by hand: ssh ${tokens.alias}`,
    })
  }
  return { stream, explain }
}
