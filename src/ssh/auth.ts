import type { AnyAuthMethod } from 'ssh2'
import { limitedAgent } from './agent-keys.ts'
import { ConnectError } from './connect-error.ts'
import { expandPath, type Identities, type Identity, type PathTokens } from './identities.ts'
import type { Limit } from './limits.ts'

export interface AuthQuestion {
  readonly tokens: PathTokens
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** As in the ssh config: `none`, a path, `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly agentSocket: string | undefined
  readonly identities: Identities
  readonly signing: Limit
}

export interface Auth {
  readonly methods: readonly AnyAuthMethod[]
  /** The error for a server that accepted none of them; it names what was offered and what could not be. */
  readonly refused: (where: string) => ConnectError
}

/** What is offered to a server, in ssh's order: the agent (the keys of identity files first), then the identity files themselves. */
export async function authFor(question: AuthQuestion): Promise<Auth> {
  const { tokens, identityFiles, identities } = question
  const found = await Promise.all(identityFiles.map((file) => identities.read(expandPath(file, tokens))))
  const agent = agentMethod(question, found)
  const keys = found.flatMap((identity): AnyAuthMethod[] =>
    identity.is === 'key' ? [{ type: 'publickey', username: tokens.user, key: identity.key as never }] : [],
  )
  const methods = agent === undefined ? keys : [agent, ...keys]
  return { methods, refused: (where) => refusal({ where, user: tokens.user, found, hasAgent: agent !== undefined }) }
}

function agentMethod(question: AuthQuestion, found: readonly Identity[]): AnyAuthMethod | undefined {
  const socket = agentSocketOf(question)
  if (socket === undefined) return undefined
  const preferred = found.flatMap((identity) =>
    'publicKey' in identity && identity.publicKey ? [identity.publicKey] : [],
  )
  const agent = limitedAgent(socket, { preferred, isOnlyPreferred: question.identitiesOnly, signing: question.signing })
  return { type: 'agent', username: question.tokens.user, agent }
}

function agentSocketOf({ identityAgent, agentSocket, tokens }: AuthQuestion): string | undefined {
  if (identityAgent === 'none') return undefined
  if (identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK') return agentSocket
  return expandPath(identityAgent, tokens)
}

type Refusal = {
  readonly where: string
  readonly user: string
  readonly found: readonly Identity[]
  readonly hasAgent: boolean
}

function refusal({ where, user, found, hasAgent }: Refusal): ConnectError {
  const keys = found.filter(({ is }) => is === 'key').map(({ path }) => path)
  const offered = [...(hasAgent ? ["the agent's keys"] : []), ...keys]
  const unusable = found.flatMap((one) => (one.is === 'key' || one.is === 'absent' ? [] : [`${one.path} ${one.why}`]))
  const tail = unusable.length === 0 ? '' : `; ${unusable.join('; ')}`
  if (offered.length === 0)
    return new ConnectError('auth', `there is no key to offer to ${where} for ${user}${tail}`, {
      hint: 'start an agent and ssh-add a key, or name one: maestro.ssh.identity_file in the manifest',
    })
  return new ConnectError(
    'auth',
    `${where} accepts none of our keys for ${user} (offered: ${offered.join(', ')})${tail}`,
    {
      hint: `put the public key into ~${user}/.ssh/authorized_keys there, or set another user or identity_file in the manifest`,
    },
  )
}
