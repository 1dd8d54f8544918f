import { access } from 'node:fs/promises'
import { expandPath } from '../config/path-tokens.ts'
import type { ConnectError } from '../connect-error.ts'
import { agentOffer, noOffer } from './agent-offer.ts'
import type { AuthQuestion, AuthStep, ServerReply } from './auth-step.ts'
import { canBeKey, type Identity, isSameKey, parseKey } from './identities.ts'
import { keyOffer } from './key-offer.ts'
import { passwordSteps } from './password.ts'
import { explainRefusal } from './refusal.ts'

export interface Auth {
  readonly steps: readonly AuthStep[]
  /** The error for a server that accepted none of them; it names what was offered, what could not be, and what it allows. */
  readonly refused: (said: ServerReply) => Promise<ConnectError>
}

/** What is offered to a server, in ssh's order: the agent (the keys of identity files first), then the identity files themselves. */
export async function authFor(question: AuthQuestion): Promise<Auth> {
  const { tokens, where, identities, askPassword } = question
  const expand = (path: string) => expandPath(path, tokens)
  // Written out also where they are of no use: ssh gives up for an unknown token in any of them.
  const [files, certificateFiles] = [question.identityFiles.map(expand), question.certificateFiles.map(expand)]
  const paths = [...new Set(question.pubkeyAuthentication ? files : [])]
  const found = await Promise.all(paths.map(identities.read))
  const agent = question.pubkeyAuthentication ? await agentOffer(question, found) : noOffer
  const isInAgent = (identity: Identity) => agent.offered.some((key) => isSameKey(identity, key))
  const fromFiles = found.filter((identity) => !isInAgent(identity) && canBeKey(identity, identities.canUnlock))
  const offered = new Set<string>()
  const onOffer = (path: string) => void offered.add(path)
  const steps = [...agent.steps, ...fromFiles.map((identity) => keyStep(identity, question, onOffer))]
  return {
    steps: askPassword === undefined ? steps : [...steps, ...passwordSteps({ user: tokens.user, where }, askPassword)],
    refused: async (said) =>
      explainRefusal({
        where,
        user: tokens.user,
        takesKeys: question.pubkeyAuthentication,
        // Where a passphrase was asked for, what came of it.
        found: await Promise.all(paths.map(identities.seen)),
        certificates: await certificatesFor(paths, certificateFiles),
        offered,
        agent,
        said,
        hasPassword: askPassword !== undefined,
      }),
  }
}

// Those that ssh would offer: named ones, and what lies beside an identity file.
async function certificatesFor(paths: readonly string[], named: readonly string[]): Promise<readonly string[]> {
  const all = [...new Set([...named, ...paths.map((path) => `${path}-cert.pub`)])]
  const isThere = await Promise.all(
    all.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  return all.filter((_, index) => isThere[index])
}

type OnOffer = (path: string) => void

function keyStep({ path, publicKey }: Identity, { identities, tokens }: AuthQuestion, onOffer: OnOffer): AuthStep {
  const publicHalf = publicKey && parseKey(publicKey)
  return {
    type: 'publickey',
    name: `key ${path}`,
    method: async (pause) => {
      const unlock = () => pause(() => identities.unlock(path))
      // An old form of file hides its public half as well: ssh asks for the passphrase first then.
      const key = publicHalf instanceof Error || publicHalf === undefined ? keyOf(await unlock()) : publicHalf
      if (key === undefined) return undefined
      onOffer(path)
      return keyOffer(tokens.user, key, async (data, { hash }) => sign(await unlock(), data, hash))
    },
  }
}

const keyOf = (identity: Identity) => (identity.status === 'key' ? identity.key : undefined)

function sign(identity: Identity, data: Buffer, hash: string | undefined): Buffer {
  if (identity.status !== 'key') throw new Error(`${identity.path} cannot sign`)
  return identity.sign(data, hash)
}
