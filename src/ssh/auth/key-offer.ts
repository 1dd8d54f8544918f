import ssh2, {
  type AnyAuthMethod,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'

/** Signs what a server wants signed. */
export type Sign = (data: Buffer, options: SigningRequestOptions) => Promise<Buffer>

/**
 * A key as ssh offers it: the public half first, and a signature only once the server takes that. For a signature somebody may
 * have to be asked; where it fails the next method is tried.
 */
export function keyOffer(username: string, publicKey: ParsedKey, sign: Sign): AnyAuthMethod {
  return { type: 'agent', username, agent: new OneKey(publicKey, sign) }
}

// Of all the ways in which ssh2 takes a key, only an agent may take its time to sign; and it must be of a class derived from ssh2's.
class OneKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #publicKey: ParsedKey
  readonly #sign: Sign

  constructor(publicKey: ParsedKey, sign: Sign) {
    super()
    this.#publicKey = publicKey
    this.#sign = sign
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#publicKey])
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const [how, whenSigned] = typeof options === 'function' ? [{}, options] : [options, done]
    void this.#sign(data, how).then(
      (signature) => whenSigned?.(undefined, signature),
      (error: Error) => whenSigned?.(error),
    )
  }
}
