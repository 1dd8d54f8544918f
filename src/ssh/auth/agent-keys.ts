import { connect, type Socket } from 'node:net'
import ssh2, { type ParsedKey, type SigningRequestOptions } from 'ssh2'
import { typeOfKey } from '../known-hosts/known-hosts.ts'
import { makeSemaphore, type Semaphore } from '../semaphore.ts'
import { listAgent } from './agent-list.ts'
import { parseKey } from './identities.ts'
import type { Sign } from './key-offer.ts'

/** What an agent holds; `trouble` where it could not be asked. */
export interface AgentKeys {
  readonly keys: readonly ParsedKey[]
  /** The types of those that this transport cannot use: security keys, certificates. */
  readonly unusable: readonly string[]
  readonly trouble?: string
}

/** The agents of one run: each is asked for its keys once, and signs for a few servers at a time. */
export interface Agents {
  readonly keysOf: (socketPath: string) => Promise<AgentKeys>
  /** Who signs with a key of it; given up, and its place given back, once the handshake that wants it is over. */
  readonly signer: (socketPath: string, key: ParsedKey, over: AbortSignal) => Sign
}

const answerMs = 10_000

export function makeAgents(signing: Semaphore = makeSemaphore(16)): Agents {
  const known = new Map<string, Promise<AgentKeys>>()
  return {
    keysOf: (socketPath) => {
      const keys = known.get(socketPath) ?? listKeys(socketPath)
      known.set(socketPath, keys)
      return keys
    },
    signer: (socketPath, key, over) => (data, options) =>
      signing.within(() => signBy(connect({ path: socketPath, signal: over }), { key, data, options }), over),
  }
}

async function listKeys(socketPath: string): Promise<AgentKeys> {
  try {
    const all = await listAgent(socketPath, answerMs)
    const keys = all.map((key) => ({ type: typeOfKey(key), parsed: parseKey(key) }))
    return {
      keys: keys.flatMap(({ parsed }) => (parsed instanceof Error ? [] : [parsed])),
      unusable: [...new Set(keys.filter(({ parsed }) => parsed instanceof Error).map(({ type }) => type))],
    }
  } catch (error) {
    const { message } = error as Error
    return { keys: [], unusable: [], trouble: `the agent ${socketPath} cannot be asked (${message})` }
  }
}

type Request = { readonly key: ParsedKey; readonly data: Buffer; readonly options: SigningRequestOptions }

// ssh2's own agent keeps its socket for as long as no answer comes.
function signBy(socket: Socket, { key, data, options }: Request): Promise<Buffer> {
  const signature = new Promise<Buffer>((resolve, reject) => {
    const hungUp = () => reject(new Error('the agent gave no signature'))
    const protocol = new ssh2.AgentProtocol(true)
    protocol.on('error', reject)
    socket.on('error', reject).on('close', hungUp)
    protocol.pipe(socket).pipe(protocol)
    protocol.sign(key, data, options, (error, made) => (made === undefined ? reject(error) : resolve(made)))
  })
  return signature.finally(() => socket.destroy())
}
