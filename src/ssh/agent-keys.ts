import ssh2, { type BaseAgent, type ParsedKey, type SigningRequestOptions } from 'ssh2'
import type { Sign } from './key-offer.ts'
import { type Limit, makeLimit } from './limits.ts'

/** What an agent holds; `trouble` where it could not be asked. */
export interface AgentKeys {
  readonly keys: readonly ParsedKey[]
  readonly trouble?: string
}

/** The agents of one run: each is asked for its keys once, and signs for a few servers at a time. */
export interface Agents {
  readonly keysOf: (socketPath: string) => Promise<AgentKeys>
  readonly signer: (socketPath: string, key: ParsedKey) => Sign
}

const answerMs = 10_000

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

function listKeys(socketPath: string): Promise<AgentKeys> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ keys: [], trouble: 'the agent did not answer' }), answerMs)
    agentAt(socketPath).getIdentities((error, keys) => {
      clearTimeout(timer)
      if (error) resolve({ keys: [], trouble: `the agent ${socketPath} cannot be asked (${error.message})` })
      else resolve({ keys: (keys ?? []) as readonly ParsedKey[] })
    })
  })
}

const agentAt = (socketPath: string) => ssh2.createAgent(socketPath) as BaseAgent<ParsedKey>

type Request = { readonly key: ParsedKey; readonly data: Buffer; readonly options: SigningRequestOptions }

function signBy(agent: BaseAgent<ParsedKey>, { key, data, options }: Request): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    agent.sign(key, data, options, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error('the agent gave no signature'))
      else resolve(signature)
    }),
  )
}
