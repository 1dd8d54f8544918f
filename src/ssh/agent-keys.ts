import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import type { Limit } from './limits.ts'

// Servers hang up after six refused keys (MaxAuthTries): an agent's keys must leave room for the identity files.
const keysAtMost = 5

export interface AgentOptions {
  /** Public keys (SSH wire form) of the identity files, in their order. */
  readonly preferred: readonly Buffer[]
  readonly isOnlyPreferred: boolean
  readonly signing: Limit
}

/**
 * The agent, seen so that it offers the keys of the identity files first, nothing else under IdentitiesOnly, never more keys
 * than a server bears, and so that it signs for a few servers at a time: an agent serves one request after another.
 */
export function limitedAgent(socketPath: string, options: AgentOptions): BaseAgent<ParsedKey> {
  return new LimitedAgent(socketPath, options)
}

// ssh2 takes an agent of one's own only as an object of a class derived from its own.
class LimitedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent<ParsedKey>
  readonly #options: AgentOptions

  constructor(socketPath: string, options: AgentOptions) {
    super()
    this.#agent = ssh2.createAgent(socketPath) as BaseAgent<ParsedKey>
    this.#options = options
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) done(error)
      else done(undefined, this.#choose((keys ?? []) as readonly ParsedKey[]))
    })
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [how, whenSigned] = typeof options === 'function' ? [{}, options] : [options, done]
    void this.#options.signing.take(new AbortController().signal).then((give) => {
      this.#agent.sign(key, data, how, (error, signature) => {
        give()
        whenSigned?.(error, signature)
      })
    })
  }

  #choose(keys: readonly ParsedKey[]): ParsedKey[] {
    const { preferred, isOnlyPreferred } = this.#options
    const rank = (key: ParsedKey) => preferred.findIndex((wanted) => wanted.equals(key.getPublicSSH()))
    const first = keys.filter((key) => rank(key) !== -1).sort((a, b) => rank(a) - rank(b))
    const others = isOnlyPreferred ? [] : keys.filter((key) => rank(key) === -1)
    return [...first, ...others].slice(0, keysAtMost)
  }
}
