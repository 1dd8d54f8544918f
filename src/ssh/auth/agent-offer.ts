import type { ParsedKey } from 'ssh2'
import { expandHome } from '../config/path-tokens.ts'
import { fingerprint } from '../host-keys/host-key.ts'
import type { AuthQuestion, AuthStep } from './auth-step.ts'
import { canBeKey, type Identity, isSameKey } from './identities.ts'
import { keyOffer } from './key-offer.ts'

/** What of an agent is offered; `leftOut` keys would have been too many. */
export interface AgentOffer {
  readonly steps: readonly AuthStep[]
  readonly offered: readonly ParsedKey[]
  readonly leftOut: number
  /** Types of keys that it holds and this transport cannot use. */
  readonly unusable: readonly string[]
  readonly trouble?: string | undefined
}

// sshd hangs up after six refused keys (MaxAuthTries); what the identity files need is kept free.
const offersAtMost = 6

export const noOffer: AgentOffer = { steps: [], offered: [], leftOut: 0, unusable: [] }

/** The keys of the agent that are offered, those of the identity files first, in their order. */
export async function agentOffer(question: AuthQuestion, found: readonly Identity[]): Promise<AgentOffer> {
  const { agents, tokens, over } = question
  const socket = agentSocketOf(question)
  if (socket === undefined) return noOffer
  const { keys, unusable, trouble: problem } = await agents.keysOf(socket)
  const { offered, leftOut } = choose(keys, found, question)
  const steps = offered.map(
    (key): AuthStep => ({
      type: 'publickey',
      name: `agent key ${fingerprint(key.getPublicSSH())}`,
      method: async () => keyOffer(tokens.user, key, agents.signer(socket, key, over)),
    }),
  )
  return { steps, offered, leftOut, unusable, trouble: problem }
}

function choose(
  keys: readonly ParsedKey[],
  found: readonly Identity[],
  { identitiesOnly, identities: { canUnlock } }: AuthQuestion,
): Pick<AgentOffer, 'offered' | 'leftOut'> {
  const rank = (key: ParsedKey) => found.findIndex((identity) => isSameKey(identity, key))
  const preferred = keys.filter((key) => rank(key) !== -1).sort((a, b) => rank(a) - rank(b))
  const others = identitiesOnly ? [] : keys.filter((key) => rank(key) === -1)
  const isHeld = (identity: Identity) => preferred.some((key) => isSameKey(identity, key))
  const ofFiles = found.filter((identity) => canBeKey(identity, canUnlock) && !isHeld(identity)).length
  const room = Math.max(1, offersAtMost - preferred.length - ofFiles)
  return { offered: [...preferred, ...others.slice(0, room)], leftOut: Math.max(0, others.length - room) }
}

function agentSocketOf({ identityAgent, agentSocket, tokens }: AuthQuestion): string | undefined {
  if (identityAgent === 'none') return undefined
  if (identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK') return agentSocket
  const variable = /^\$(\w+)$/.exec(identityAgent)?.[1]
  return variable === undefined ? expandHome(identityAgent, tokens) : tokens.env?.[variable]
}
