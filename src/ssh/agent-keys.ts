import ssh2, { type BaseAgent, type ParsedKey, type SigningRequestOptions } from 'ssh2'
import { listAgent } from './agent-list.ts'
import { parseKey } from './identities.ts'
import type { Sign } from './key-offer.ts'
import { typeOfKey } from './known-hosts.ts'
import { type Limit, makeLimit } from './limits.ts'

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
  readonly signer: (socketPath: string, key: ParsedKey) => Sign
}

const answerMs = 10_000
// The handshake that waits for it has given up by then; its place is for others.
const signatureMs = 25_000

export function makeAgents(signing: Limit = makeLimit(16)): Agents {
  const known = new Map<string, Promise<AgentKeys>>()
  return {
    keysOf: (socketPath) => {
      const keys = known.get(socketPath) ?? listKeys(socketPath)
      known.set(socketPath, keys)
      return keys
    },
    signer: (socketPath, key) => async (data, options) => {
      const give = await signing.take()
      return signBy(agentAt(socketPath), { key, data, options }).finally(give)
    },
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

const agentAt = (socketPath: string) => ssh2.createAgent(socketPath) as BaseAgent<ParsedKey>

type Request = { readonly key: ParsedKey; readonly data: Buffer; readonly options: SigningRequestOptions }

function signBy(agent: BaseAgent<ParsedKey>, { key, data, options }: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the agent gave no signature in time')), signatureMs)
    agent.sign(key, data, options, (error, signature) => {
      clearTimeout(timer)
      if (signature === undefined) reject(error ?? new Error('the agent gave no signature'))
      else resolve(signature)
    })
  })
}
