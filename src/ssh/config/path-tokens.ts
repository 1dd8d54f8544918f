import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { ConnectError } from '../connect-error.ts'

/** What an ssh config may name of the server, by a percent sign and a letter. */
export interface ServerTokens {
  readonly host: string
  /** The name that it was asked for by. */
  readonly alias: string
  readonly hostKeyAlias?: string | undefined
  readonly port: number
  readonly user: string
}

/** The same with what it may name of this computer, and of the way to the server. */
export interface PathTokens extends ServerTokens {
  readonly home: string
  readonly localUser: string
  /** The bastion next to the server, where there is one. */
  readonly jump?: string | undefined
  readonly env?: Environment | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

type Values<Tokens> = Readonly<Record<string, (tokens: Tokens) => string>>

const ofServer: Values<ServerTokens> = {
  h: ({ host }) => host,
  k: ({ alias, hostKeyAlias = alias }) => hostKeyAlias,
  n: ({ alias }) => alias,
  p: ({ port }) => String(port),
  r: ({ user }) => user,
}

const ofPath: Values<PathTokens> = {
  ...ofServer,
  C: connectionHash,
  d: ({ home }) => home,
  i: () => String(userInfo().uid),
  j: ({ jump = '' }) => jump,
  L: () => hostname().replace(/\..*/, ''),
  l: () => hostname(),
  u: ({ localUser }) => localUser,
}

// OpenSSH before 9.6 leaves the bastion out.
function connectionHash({ host, port, user, jump = '' }: PathTokens): string {
  return createHash('sha1').update(`${hostname()}${host}${port}${user}${jump}`).digest('hex')
}

/**
 * A path as it stands in an ssh config, with `~`, percent tokens and `${variables}` written out (ssh_config(5), TOKENS). Throws a
 * ConnectError, as ssh gives up, where a token is not known or a variable not set.
 */
export function expandPath(path: string, tokens: PathTokens): string {
  return expandWord(expandHome(path, tokens), tokens)
}

/** The same for what is no path; `more` holds the tokens that are of this text alone. */
export function expandWord(word: string, tokens: PathTokens, more: Readonly<Record<string, string>> = {}): string {
  const { alias, env = {} } = tokens
  return word.replace(/%(.?)|\$\{([^}]*)\}?/gs, (whole, letter: string | undefined, name: string) => {
    if (letter !== undefined) return more[letter] ?? tokenValue(whole, ofPath, tokens)
    const value = whole.endsWith('}') ? env[name] : undefined
    if (value !== undefined) return value
    throw new ConnectError('config', `the ssh config for ${alias} has ${whole}, which is not set here`, {
      hint: `set ${name} where maestro is started, or write its value into the ssh config`,
    })
  })
}

/** A ProxyCommand or ProxyJump with its percent tokens written out: those of the server alone, as with ssh. */
export function expandCommand(command: string, tokens: ServerTokens): string {
  return command.replace(/%.?/gs, (whole) => tokenValue(whole, ofServer, tokens))
}

function tokenValue<Tokens extends ServerTokens>(token: string, values: Values<Tokens>, tokens: Tokens): string {
  if (token === '%%') return '%'
  const value = values[token.slice(1)]?.(tokens)
  if (value !== undefined) return value
  throw new ConnectError(
    'config',
    `the ssh config for ${tokens.alias} has the token ${token}, which ssh does not know`,
    {
      hint: 'a percent sign itself is written %%',
    },
  )
}

/** A path with `~` written out, such as `ssh -G` prints it where it has written out everything else. */
export function expandHome(path: string, { home, localUser, alias }: PathTokens): string {
  const [, tilde = '', user = ''] = /^(~([^/]*))/.exec(path) ?? []
  if (tilde === '') return path
  if (user === '' || user === localUser) return home + path.slice(tilde.length)
  throw new ConnectError('config', `the ssh config for ${alias} has ${tilde}, and only one's own home is known here`, {
    hint: 'write the path from its root on',
  })
}
