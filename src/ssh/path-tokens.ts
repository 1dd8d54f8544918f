/** What the tokens of a path or a command in an ssh config stand for. */
export interface PathTokens {
  readonly home: string
  readonly localUser: string
  readonly host: string
  readonly alias: string
  readonly port: number
  readonly user: string
}

/** A path of an ssh config with its `~` and percent tokens written out (ssh_config(5), TOKENS). */
export function expandPath(path: string, tokens: PathTokens): string {
  const { home } = tokens
  const fromHome = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path
  return expandTokens(fromHome, tokens)
}

/** A text of an ssh config with its percent tokens written out; `more` holds those that are of this text alone, by their letter. */
export function expandTokens(text: string, tokens: PathTokens, more: Readonly<Record<string, string>> = {}): string {
  return text.replace(/%(.)/g, (whole, letter: string) =>
    letter === '%' ? '%' : (more[letter] ?? tokenValue(letter, tokens) ?? whole),
  )
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
