import { ConnectError } from '../connect-error.ts'

/** Where a handshake is: before the server's first word, exchanging keys, authenticating. */
export type Phase = 'banner' | 'kex' | 'auth'

/** The other end closed the connection; `greeting` is what it said before its name, where sshd says why. */
export function disconnectedIn(phase: Phase, where: string, greeting = ''): ConnectError {
  if (phase === 'auth') return new ConnectError('lost', `${where} hung up during authentication`)
  if (phase === 'kex')
    return new ConnectError('dropped', `${where} hung up during the key exchange`, {
      hint: 'the log of its sshd says why: journalctl -u ssh',
    })
  const words = greeting.trim().split(/\r?\n/).at(-1)?.slice(0, 200) ?? ''
  if (words !== '') return new ConnectError('dropped', `${where} turned the connection away: ${words}`, hintAt(words))
  return new ConnectError('dropped', `${where} hung up before the connection was made`, {
    hint: 'too many connections at once (MaxStartups), a blocked address, or no sshd on that port',
  })
}

// sshd from 9.8 on has one word for MaxStartups and for a penalty, and only its log tells them apart. A penalty lasts 15 s or more;
// who is turned away for one and comes again is not punished for that (srclimit.c: only a forked child earns one).
function hintAt(words: string): { readonly hint: string } {
  if (!/^not allowed at this time/i.test(words))
    return { hint: 'too many connections at once (MaxStartups), or no sshd on that port' }
  return {
    hint: 'too many connections at once (MaxStartups), or a penalty for earlier failures from this address: wait a minute, or name the address in PerSourcePenaltyExemptList of its sshd_config',
  }
}

const phaseWords = {
  banner: 'accepted the connection but said nothing',
  kex: 'did not finish the key exchange',
  auth: 'did not finish the authentication',
} as const

export function tooSlow(phase: Phase, where: string, timeoutMs: number): ConnectError {
  return new ConnectError('timeout', `${where} ${phaseWords[phase]} within ${timeoutMs / 1000} s`, {
    hint: `the server may be overloaded, frozen, or going down${phase === 'auth' ? '; or the agent waits for somebody' : ''}`,
  })
}

/** How far the handshake came, and what the server said before its name. */
export interface HandshakeReply {
  readonly phase: Phase
  readonly greeting: string
}

/** What an error of ssh2 means in that phase. */
export function explain(
  error: Error & { level?: string },
  { phase, greeting }: HandshakeReply,
  where: string,
): ConnectError {
  if (/no matching/i.test(error.message)) return noCommonAlgorithm(error, where)
  const isCut = error.level === 'client-socket' || /before handshake|ECONNRESET|EPIPE/i.test(error.message)
  if (isCut) return disconnectedIn(phase, where, greeting)
  if (/too many authentication failures/i.test(error.message))
    return new ConnectError('auth', `${where} hung up: too many of our keys were refused`, {
      cause: error,
      hint: 'name the right key: maestro.ssh.identity_file in the manifest, or IdentityFile and IdentitiesOnly in the ssh config',
    })
  return new ConnectError(phase === 'auth' ? 'auth' : 'kex', `${where}: ${error.message}`, { cause: error })
}

function noCommonAlgorithm(cause: Error, where: string): ConnectError {
  return new ConnectError('kex', `${where} and this transport have no algorithm in common: ${cause.message}`, {
    cause,
    hint: /host key/i.test(cause.message)
      ? 'give it a plain ed25519 host key: this transport cannot use certificates, and SHA-1 only under HostKeyAlgorithms +ssh-rsa in the ssh config'
      : 'allow a current algorithm (curve25519-sha256, aes-gcm) in its sshd_config',
  })
}
