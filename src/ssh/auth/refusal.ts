import { ConnectError } from '../connect-error.ts'
import type { AgentOffer } from './agent-offer.ts'
import type { ServerReply } from './auth-step.ts'
import type { Identity } from './identities.ts'

type Refusal = {
  readonly where: string
  readonly user: string
  /** What the ssh config says (PubkeyAuthentication). */
  readonly takesKeys: boolean
  readonly found: readonly Identity[]
  /** Certificates that ssh would have offered. */
  readonly certificates: readonly string[]
  /** The paths of those that the server was shown. */
  readonly offered: ReadonlySet<string>
  readonly agent: AgentOffer
  readonly said: ServerReply
  readonly hasPassword: boolean
}

/** The error for a server that lets nobody in: what was offered, what could not be, and what to do. */
export function explainRefusal(refusal: Refusal): ConnectError {
  const { message, hint } = explanationFor(refusal)
  return new ConnectError('auth', [message, ...notesOn(refusal)].join('; '), { hint })
}

type Explanation = { readonly message: string; readonly hint: string }

function explanationFor(refusal: Refusal): Explanation {
  const { where, user, said, takesKeys, hasPassword } = refusal
  const { allowed = [], isHalfIn } = said
  const offered = offeredBy(refusal)
  if (isHalfIn)
    return {
      message: `${where} wants a second proof from ${user}, ${allowed.join(' or ')}`,
      hint: `its sshd_config asks for several (AuthenticationMethods): ${hasPassword ? '' : 'give a password (--ask-password), or '}let one key do for this user there (Match User)`,
    }
  if (allowed.length > 0 && !allowed.includes('publickey') && !hasPassword)
    return {
      message: `${where} takes no keys from ${user}, only ${allowed.join(', ')}`,
      hint: takesPassword(allowed)
        ? 'give a password (--ask-password), or allow PubkeyAuthentication in its sshd_config'
        : 'allow PubkeyAuthentication in its sshd_config; this transport cannot do gssapi or hostbased',
    }
  if (!takesKeys && !hasPassword)
    return {
      message: `the ssh config says PubkeyAuthentication no for ${where}, so that there is nothing to offer`,
      hint: 'take it out for this host',
    }
  if (offered.length > 0) return noneAccepted(refusal, offered)
  return {
    message: `there is no key to offer to ${where} for ${user}`,
    hint: 'start an agent and ssh-add a key, or name one: maestro.ssh.identity_file in the manifest',
  }
}

const takesPassword = (allowed: readonly string[]) =>
  allowed.includes('password') || allowed.includes('keyboard-interactive')

function noneAccepted({ where, user, agent }: Refusal, offered: readonly string[]): Explanation {
  return {
    message: `${where} accepts none of our keys for ${user} (offered: ${offered.join(', ')})`,
    hint:
      agent.leftOut > 0
        ? 'name the right key: maestro.ssh.identity_file in the manifest, or IdentityFile and IdentitiesOnly in the ssh config'
        : `put the public key into ~${user}/.ssh/authorized_keys there, or set another user or identity_file in the manifest`,
  }
}

function offeredBy({ found, offered, agent, hasPassword }: Refusal): readonly string[] {
  const files = found.filter(({ status, path }) => status !== 'locked' && offered.has(path)).map(({ path }) => path)
  const keys = agent.offered.length === 1 ? 'a key' : `${agent.offered.length} keys`
  return [
    ...(agent.offered.length === 0 ? [] : [`${keys} of the agent`]),
    ...files,
    ...(hasPassword ? ['a password'] : []),
  ]
}

function notesOn({ found, certificates, offered, agent }: Refusal): readonly string[] {
  const isOfNote = ({ status, path }: Identity) => status === 'locked' || (status !== 'absent' && !offered.has(path))
  return [
    ...(agent.trouble === undefined ? [] : [agent.trouble]),
    ...(agent.leftOut === 0
      ? []
      : [`${agent.leftOut} more in the agent were kept back, for servers hang up after six`]),
    ...found.flatMap((one) => (one.status !== 'key' && isOfNote(one) ? [`${one.path} ${one.why}`] : [])),
    ...agent.unusable.map((type) => `a key of the agent is of type ${type}, which this transport cannot use`),
    ...certificates.map((path) => `the certificate ${path} cannot be offered by this transport`),
  ]
}
