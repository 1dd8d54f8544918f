import type { AgentOffer } from './agent-offer.ts'
import type { Said } from './auth-course.ts'
import { ConnectError } from './connect-error.ts'
import type { Identity } from './identities.ts'

type Refusal = {
  readonly where: string
  readonly user: string
  readonly found: readonly Identity[]
  /** The paths of those that the server was shown. */
  readonly offered: ReadonlySet<string>
  readonly agent: AgentOffer
  readonly said: Said
  readonly hasPassword: boolean
}

/** The error for a server that lets nobody in: what was offered, what could not be, and what to do. */
export function explainRefusal(refusal: Refusal): ConnectError {
  const { where, user, agent, said, hasPassword } = refusal
  const { allowed = [] } = said
  const notes = notesOn(refusal)
  const tail = notes.length === 0 ? '' : `; ${notes.join('; ')}`
  const offered = offeredBy(refusal)
  if (said.isHalfIn)
    return new ConnectError('auth', `${where} wants a second proof from ${user}, ${allowed.join(' or ')}${tail}`, {
      hint: 'its sshd_config asks for several (AuthenticationMethods): let one key do for this user there (Match User)',
    })
  if (allowed.length > 0 && !allowed.includes('publickey') && !hasPassword)
    return new ConnectError('auth', `${where} takes no keys from ${user}, only ${allowed.join(', ')}`, {
      hint: 'allow PubkeyAuthentication in its sshd_config; this transport cannot do gssapi or hostbased',
    })
  if (offered.length === 0)
    return new ConnectError('auth', `there is no key to offer to ${where} for ${user}${tail}`, {
      hint: 'start an agent and ssh-add a key, or name one: maestro.ssh.identity_file in the manifest',
    })
  return new ConnectError(
    'auth',
    `${where} accepts none of our keys for ${user} (offered: ${offered.join(', ')})${tail}`,
    {
      hint:
        agent.leftOut > 0
          ? 'name the right key: maestro.ssh.identity_file in the manifest, or IdentityFile and IdentitiesOnly in the ssh config'
          : `put the public key into ~${user}/.ssh/authorized_keys there, or set another user or identity_file in the manifest`,
    },
  )
}

function offeredBy({ found, offered, agent, hasPassword }: Refusal): readonly string[] {
  const files = found.filter(({ is, path }) => is !== 'locked' && offered.has(path)).map(({ path }) => path)
  const keys = agent.offered.length === 1 ? 'a key' : `${agent.offered.length} keys`
  return [
    ...(agent.offered.length === 0 ? [] : [`${keys} of the agent`]),
    ...files,
    ...(hasPassword ? ['a password'] : []),
  ]
}

function notesOn({ found, offered, agent }: Refusal): readonly string[] {
  const isOfNote = ({ is, path }: Identity) => is === 'locked' || (is !== 'absent' && !offered.has(path))
  return [
    ...(agent.trouble === undefined ? [] : [agent.trouble]),
    ...(agent.leftOut === 0
      ? []
      : [`${agent.leftOut} more in the agent were kept back, for servers hang up after six`]),
    ...found.flatMap((one) => (one.is !== 'key' && isOfNote(one) ? [`${one.path} ${one.why}`] : [])),
    ...found.flatMap(({ path, hasCertificate }) =>
      hasCertificate ? [`${path} has a certificate, which this transport cannot offer`] : [],
    ),
  ]
}
