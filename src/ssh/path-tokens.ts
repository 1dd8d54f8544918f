import { hostname, userInfo } from 'node:os'
import { ConnectError } from './connect-error.ts'

/** What the tokens of a path or a command in an ssh config stand for. */
export interface PathTokens {
  readonly home: string
  readonly localUser: string
  readonly host: string
  readonly alias: string
  readonly hostKeyAlias?: string | undefined
  readonly port: number
  readonly user: string
  readonly env?: Environment | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

/** A path of an ssh config with `~`, percent tokens and `${variables}` written out (ssh_config(5), TOKENS). */
export function expandPath(path: string, tokens: PathTokens): string {
  const { home } = tokens
  const fromHome = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path
  return expandVariables(expandTokens(fromHome, tokens), tokens)
}

/** A text of an ssh config with its `${variables}` written out. Throws a ConnectError where one is not set, as ssh gives up. */
export function expandVariables(text: string, { env = {}, alias }: PathTokens): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = env[name]
    if (value !== undefined) return value
    throw new ConnectError('config', `the ssh config for ${alias} has ${whole}, which is not set here`, {
      hint: `set ${name} where maestro is started, or write its value into the ssh config`,
    })
  })
}

/** A text of an ssh config with its percent tokens written out; `more` holds those that are of this text alone, by their letter. */
export function expandTokens(text: string, tokens: PathTokens, more: Readonly<Record<string, string>> = {}): string {
  return text.replace(/%(.)/g, (whole, letter: string) =>
    letter === '%' ? '%' : (more[letter] ?? tokenValue(letter, tokens) ?? whole),
  )
}

function tokenValue(letter: string, tokens: PathTokens): string | undefined {
  const { home, localUser, host, alias, hostKeyAlias = alias, port, user } = tokens
  const values: Readonly<Record<string, string>> = {
    d: home,
    u: localUser,
    i: String(userInfo().uid),
    l: hostname(),
    L: hostname().replace(/\..*/, ''),
    h: host,
    n: alias,
    k: hostKeyAlias,
    p: String(port),
    r: user,
  }
  return values[letter]
}
