import { readFile } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'

/** What an identity file turned out to be. */
export type Identity =
  | { readonly is: 'key'; readonly path: string; readonly key: ParsedKey; readonly publicKey: Buffer }
  | {
      readonly is: 'absent' | 'encrypted' | 'unreadable'
      readonly path: string
      readonly why: string
      /** From the `.pub` file beside it: by it an agent's key is known even where the file cannot be used. */
      readonly publicKey: Buffer | undefined
    }

/** Reads identity files, each once however many servers use it. */
export interface Identities {
  readonly read: (path: string) => Promise<Identity>
}

export function makeIdentities(): Identities {
  const known = new Map<string, Promise<Identity>>()
  return {
    read: (path) => {
      const identity = known.get(path) ?? readIdentity(path)
      known.set(path, identity)
      return identity
    },
  }
}

async function readIdentity(path: string): Promise<Identity> {
  const data = await readFile(path).catch((error: NodeJS.ErrnoException) => error)
  const publicKey = await readPublicKey(`${path}.pub`)
  if (data instanceof Error) {
    if (data.code === 'ENOENT') return { is: 'absent', path, why: 'is not there', publicKey }
    return { is: 'unreadable', path, why: `cannot be read (${data.code ?? data.message})`, publicKey }
  }
  const key = parse(data)
  if (key instanceof Error) return { ...whyNotKey(key), path, publicKey }
  const ownPublicKey = key.getPublicSSH()
  // ssh accepts a public key here as well: it stands for the agent's key of that name.
  if (!key.isPrivateKey()) return { is: 'absent', path, why: 'holds only a public key', publicKey: ownPublicKey }
  return { is: 'key', path, key, publicKey: ownPublicKey }
}

async function readPublicKey(path: string): Promise<Buffer | undefined> {
  const data = await readFile(path).catch(() => undefined)
  const key = data && parse(data)
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH()
}

function parse(data: Buffer): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(data)
  return (Array.isArray(parsed) ? parsed[0] : parsed) ?? new Error('holds no key')
}

function whyNotKey({ message }: Error): { is: 'encrypted' | 'unreadable'; why: string } {
  if (/passphrase|encrypted/i.test(message)) return { is: 'encrypted', why: 'is encrypted (ssh-add it to the agent)' }
  return { is: 'unreadable', why: `cannot be used (${message})` }
}

/** A path of an ssh config with its `~` and percent tokens written out (ssh_config(5), TOKENS). */
export function expandPath(path: string, tokens: PathTokens): string {
  const { home } = tokens
  const fromHome = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path
  return fromHome.replace(/%(.)/g, (whole, letter: string) =>
    letter === '%' ? '%' : (tokenValue(letter, tokens) ?? whole),
  )
}

/** What the tokens of a path stand for. */
export interface PathTokens {
  readonly home: string
  readonly localUser: string
  readonly host: string
  readonly alias: string
  readonly port: number
  readonly user: string
}

function tokenValue(letter: string, { home, localUser, host, alias, port, user }: PathTokens): string | undefined {
  const values: Readonly<Record<string, string>> = {
    d: home,
    u: localUser,
    h: host,
    n: alias,
    p: String(port),
    r: user,
  }
  return values[letter]
}
