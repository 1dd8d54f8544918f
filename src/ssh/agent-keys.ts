import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import { type Limit, makeLimit } from './limits.ts'

/** What an agent holds; `trouble` where it could not be asked. */
export interface AgentKeys {
  readonly keys: readonly ParsedKey[]
  readonly trouble?: string
}

/** The agents of one run: each is asked for its keys once, and signs for a few servers at a time. */
export interface Agents {
  readonly keysOf: (socketPath: string) => Promise<AgentKeys>
  /** The agent as ssh2 wants one, offering just these keys, in this order. */
  readonly offering: (socketPath: string, keys: readonly ParsedKey[]) => BaseAgent<ParsedKey>
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
    offering: (socketPath, keys) => new LimitedAgent(socketPath, { keys, signing }),
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

type Offer = { readonly keys: readonly ParsedKey[]; readonly signing: Limit }

// ssh2 takes an agent of one's own only as an object of a class derived from its own.
class LimitedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent<ParsedKey>
  readonly #offer: Offer

  constructor(socketPath: string, offer: Offer) {
    super()
    this.#agent = agentAt(socketPath)
    this.#offer = offer
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [...this.#offer.keys])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [how, whenSigned] = typeof options === 'function' ? [{}, options] : [options, done]
    void this.#offer.signing.take().then((give) => {
      this.#agent.sign(key, data, how, (error, signature) => {
        give()
        whenSigned?.(error, signature)
      })
    })
  }
}
