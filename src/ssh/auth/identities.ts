import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import ssh2, { type ParsedKey } from 'ssh2'
import type { Secret } from '../../base/secret.ts'
import { typeOfKey } from '../known-hosts/known-hosts.ts'
import { type Signer, signerOf } from './key-signer.ts'
import { publicKeyIn } from './public-key.ts'

/** What an identity file turned out to be. */
export type Identity = {
  readonly path: string
} & KeyFile

type KeyFile =
  | { readonly status: 'key'; readonly key: ParsedKey; readonly sign: Signer; readonly publicKey: Buffer }
  | {
      /** `locked`: its passphrase was asked for and not given. */
      readonly status: 'absent' | 'encrypted' | 'locked' | 'unreadable'
      readonly why: string
      /** From the file itself or the `.pub` beside it: by it an agent's key is known even where the file cannot be used. */
      readonly publicKey: Buffer | undefined
    }

/** Asks a person for the passphrase of an identity file; undefined: none is given. */
export type AskPassphrase = (path: string) => Promise<Secret | undefined>

/** Reads identity files, each once however many servers use it. */
export interface Identities {
  readonly read: (path: string) => Promise<Identity>
  /** The same with an encrypted one decrypted: the passphrase is asked for once, and the slow key derivation done once. */
  readonly unlock: (path: string) => Promise<Identity>
  readonly canUnlock: boolean
  /** As it is known by now, without a question to anybody. */
  readonly seen: (path: string) => Promise<Identity>
}

export function makeIdentities(askPassphrase?: AskPassphrase): Identities {
  const known = new Map<string, Promise<Identity>>()
  const unlocked = new Map<string, Promise<Identity>>()
  // One question at a time, however many files there are.
  let asking: Promise<unknown> = Promise.resolve()
  const once = (done: Map<string, Promise<Identity>>, path: string, make: () => Promise<Identity>) => {
    const identity = done.get(path) ?? make()
    done.set(path, identity)
    return identity
  }
  const inTurn = (work: () => Promise<Identity>) => {
    const done = asking.then(work)
    asking = done.catch(() => undefined)
    return done
  }
  const read = (path: string) => once(known, path, async () => ({ path, ...(await readKey(path)) }))
  return {
    read,
    canUnlock: askPassphrase !== undefined,
    seen: (path) => unlocked.get(path) ?? read(path),
    unlock: (path) =>
      once(unlocked, path, async () => {
        const identity = await read(path)
        if (identity.status !== 'encrypted' || askPassphrase === undefined) return identity
        return inTurn(() => unlock(identity, askPassphrase))
      }),
  }
}

async function readKey(path: string): Promise<KeyFile> {
  const data = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  const publicKey = await readPublicKey(path, data)
  if (data instanceof Error) {
    if (data.code === 'ENOENT') return { status: 'absent', why: 'is not there', publicKey }
    return { status: 'unreadable', why: `cannot be read (${data.code ?? data.message})`, publicKey }
  }
  const mode = data.includes('PRIVATE KEY') ? await openTo(path) : undefined
  if (mode !== undefined) {
    const why = `is open to others (mode ${mode}), which ssh takes for no secret any more: chmod 600`
    return { status: 'unreadable', why, publicKey }
  }
  const key = parseKey(data)
  if (key instanceof Error) return { ...whyNotKey(key, publicKey), publicKey }
  // ssh accepts a public key here as well: it stands for the agent's key of that name.
  if (!key.isPrivateKey()) return { status: 'absent', why: 'holds only a public key', publicKey: key.getPublicSSH() }
  return usable(key)
}

const usable = (key: ParsedKey) => ({ status: 'key', key, sign: signerOf(key), publicKey: key.getPublicSSH() }) as const

// As ssh, which minds only files of one's own.
async function openTo(path: string): Promise<string | undefined> {
  const { uid, mode } = await stat(path)
  return uid === userInfo().uid && (mode & 0o077) !== 0 ? `0${(mode & 0o777).toString(8)}` : undefined
}

const questions = 3

// As ssh: three tries, and nothing typed gives up at once.
async function unlock(identity: Identity, askPassphrase: AskPassphrase): Promise<Identity> {
  const { path, publicKey } = identity
  const data = await readFile(path)
  for (let left = questions; left > 0; left -= 1) {
    const passphrase = await askPassphrase(path)
    if (passphrase === undefined || passphrase.reveal() === '') break
    const key = parseKey(data, passphrase)
    if (!(key instanceof Error)) return { path, ...usable(key) }
  }
  return { status: 'locked', path, why: 'is encrypted, and its passphrase was not given', publicKey }
}

async function readPublicKey(path: string, data: Buffer | Error): Promise<Buffer | undefined> {
  const own = data instanceof Error ? undefined : publicKeyIn(data)
  if (own !== undefined) return own
  const beside = await readFile(`${path}.pub`).catch(() => undefined)
  return beside && publicKeyIn(beside)
}

/** Whether an identity file is good for an offer; one that is encrypted only where its passphrase can be asked for. */
export const canBeKey = ({ status }: Identity, canUnlock: boolean) =>
  status === 'key' || (status === 'encrypted' && canUnlock)

export const isSameKey = ({ publicKey }: Identity, key: ParsedKey) => publicKey?.equals(key.getPublicSSH()) ?? false

/** Reads a private key, or a public one in any of its forms. */
export function parseKey(data: Buffer, passphrase?: Secret): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(data, passphrase?.reveal())
  return (Array.isArray(parsed) ? parsed[0] : parsed) ?? new Error('holds no key')
}

function whyNotKey({ message }: Error, publicKey?: Buffer): { status: 'encrypted' | 'unreadable'; why: string } {
  if (publicKey !== undefined && typeOfKey(publicKey).startsWith('sk-'))
    return { status: 'unreadable', why: 'belongs to a security key (FIDO), which this transport cannot use' }
  if (/passphrase|encrypted/i.test(message))
    return { status: 'encrypted', why: 'is encrypted (ssh-add it to the agent)' }
  return { status: 'unreadable', why: `cannot be used (${message})` }
}
