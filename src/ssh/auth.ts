import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import type { Secret } from '../secret.ts'
import type { AgentKeys, Agents } from './agent-keys.ts'
import { explainRefusal } from './auth-refusal.ts'
import type { ConnectError } from './connect-error.ts'
import type { Identities, Identity } from './identities.ts'
import { passwordSteps } from './password.ts'
import { expandPath, type PathTokens } from './path-tokens.ts'

/** Asks for a password or for what a server's own prompt wants; undefined: none is given. */
export type AskPassword = (question: {
  readonly user: string
  readonly where: string
  readonly prompt: string
}) => Promise<Secret | undefined>

export interface AuthQuestion {
  readonly tokens: PathTokens
  readonly where: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** As in the ssh config: `none`, a path, `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly agentSocket: string | undefined
  readonly identities: Identities
  readonly agents: Agents
  readonly askPassword?: AskPassword | undefined
}

/** One thing to try; `method` may have to ask a person first, and gives nothing where there is nothing to offer after all. */
export interface AuthStep {
  readonly type: 'publickey' | 'password' | 'keyboard-interactive'
  readonly method: (pause: Pause) => Promise<AnyAuthMethod | undefined>
}

/** Lets a person take their time: no limit runs while they are asked. */
export type Pause = <T>(question: () => Promise<T>) => Promise<T>

export interface Auth {
  readonly steps: readonly AuthStep[]
  /** The error for a server that accepted none of them; it names what was offered, what could not be, and what it allows. */
  readonly refused: (allowed: readonly string[]) => Promise<ConnectError>
}

// sshd hangs up after six refused keys (MaxAuthTries); what the identity files need is kept free.
const offersAtMost = 6

/** What is offered to a server, in ssh's order: the agent (the keys of identity files first), then the identity files themselves. */
export async function authFor(question: AuthQuestion): Promise<Auth> {
  const { tokens, where, identityFiles, identities, askPassword } = question
  const paths = [...new Set(identityFiles.map((file) => expandPath(file, tokens)))]
  const found = await Promise.all(paths.map(identities.read))
  const agent = await agentOffer(question, found)
  const isInAgent = ({ publicKey }: Identity) => agent.offered.some((key) => publicKey?.equals(key.getPublicSSH()))
  const fromFiles = found.filter((identity) => !isInAgent(identity) && canBeKey(identity, identities))
  const steps = [...agent.steps, ...fromFiles.map((identity) => keyStep(identity, question))]
  return {
    steps: askPassword === undefined ? steps : [...steps, ...passwordSteps({ user: tokens.user, where }, askPassword)],
    refused: async (allowed) => {
      // Where a passphrase was asked for, what came of it.
      const tried = await Promise.all(paths.map(identities.seen))
      return explainRefusal({ where, user: tokens.user, found: tried, agent, allowed, hasPassword: !!askPassword })
    },
  }
}

const canBeKey = ({ is }: Identity, { canUnlock }: Identities) => is === 'key' || (is === 'encrypted' && canUnlock)

function keyStep({ path }: Identity, { identities, tokens }: AuthQuestion): AuthStep {
  return {
    type: 'publickey',
    method: async (pause) => {
      const identity = await pause(() => identities.unlock(path))
      if (identity.is !== 'key') return undefined
      // ssh2 takes a parsed key as well as text; its types do not say so.
      return { type: 'publickey', username: tokens.user, key: identity.key as never }
    },
  }
}

/** What of an agent is offered; `leftOut` keys would have been too many. */
export interface AgentOffer {
  readonly steps: readonly AuthStep[]
  readonly offered: readonly ParsedKey[]
  readonly leftOut: number
  readonly trouble?: string | undefined
}

async function agentOffer(question: AuthQuestion, found: readonly Identity[]): Promise<AgentOffer> {
  const socket = agentSocketOf(question)
  if (socket === undefined) return { steps: [], offered: [], leftOut: 0 }
  const { keys, trouble } = await question.agents.keysOf(socket)
  const { offered, leftOut } = choose({ keys }, found, question)
  const method: AnyAuthMethod = {
    type: 'agent',
    username: question.tokens.user,
    agent: question.agents.offering(socket, offered),
  }
  const steps: AuthStep[] = offered.length === 0 ? [] : [{ type: 'publickey', method: async () => method }]
  return { steps, offered, leftOut, trouble }
}

function choose({ keys }: AgentKeys, found: readonly Identity[], { identitiesOnly, identities }: AuthQuestion) {
  const rank = (key: ParsedKey) => found.findIndex(({ publicKey }) => publicKey?.equals(key.getPublicSSH()))
  const preferred = keys.filter((key) => rank(key) !== -1).sort((a, b) => rank(a) - rank(b))
  const others = identitiesOnly ? [] : keys.filter((key) => rank(key) === -1)
  const isHeld = ({ publicKey }: Identity) => preferred.some((key) => publicKey?.equals(key.getPublicSSH()))
  const ofFiles = found.filter((identity) => canBeKey(identity, identities) && !isHeld(identity)).length
  const room = Math.max(1, offersAtMost - preferred.length - ofFiles)
  return { offered: [...preferred, ...others.slice(0, room)], leftOut: Math.max(0, others.length - room) }
}

function agentSocketOf({ identityAgent, agentSocket, tokens }: AuthQuestion): string | undefined {
  if (identityAgent === 'none') return undefined
  if (identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK') return agentSocket
  return expandPath(identityAgent, tokens)
}
