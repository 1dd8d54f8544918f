import { describe, expect, it } from 'vitest'
import {
  expandCommand,
  expandHome,
  expandPath,
  expandWord,
  type PathTokens,
} from '../../../src/ssh/config/path-tokens.ts'
import { ConnectError } from '../../../src/ssh/connect-error.ts'

const tokens: PathTokens = {
  home: '/home/ana',
  localUser: 'ana',
  host: 'web-1.example.org',
  alias: 'web-1',
  port: 2222,
  user: 'deploy',
  env: { KEYS: '/keys', ODD: '%h' },
}

const errorOf = (expand: () => string) => {
  try {
    return expand()
  } catch (error) {
    return error instanceof ConnectError ? `${error.kind}: ${error.message}` : error
  }
}

describe('expandPath', () => {
  it.each([
    ['~/.ssh/%r@%h:%p', '/home/ana/.ssh/deploy@web-1.example.org:2222'],
    ['~', '/home/ana'],
    ['~ana/key', '/home/ana/key'],
    ['%d/%n-%k-%u', '/home/ana/web-1-web-1-ana'],
    [`\${KEYS}/100%%`, '/keys/100%'],
    ['$KEYS/~', '$KEYS/~'],
    ['over-%j', 'over-'],
  ])('expands %s', (path, written) => {
    expect(expandPath(path, tokens)).toBe(written)
  })

  it('expands %j to the jump host, which %C includes', () => {
    const behind = { ...tokens, jump: 'gate' }

    expect(expandPath('%j', behind)).toBe('gate')
    expect(expandPath('%C', behind)).not.toBe(expandPath('%C', tokens))
    expect(expandPath('%C', behind)).toMatch(/^[0-9a-f]{40}$/)
  })

  it('does not expand the value of a token or variable again', () => {
    expect(expandPath(`%n/\${ODD}`, { ...tokens, alias: `\${KEYS}%h` })).toBe(`\${KEYS}%h/%h`)
  })

  it.each([
    ['%z/key', 'config: the ssh config for web-1 has the token %z, which ssh does not know'],
    ['key%', 'config: the ssh config for web-1 has the token %, which ssh does not know'],
    ['%toString', 'config: the ssh config for web-1 has the token %t, which ssh does not know'],
    [`\${NOTHING}`, `config: the ssh config for web-1 has \${NOTHING}, which is not set here`],
    [`\${KEYS`, `config: the ssh config for web-1 has \${KEYS, which is not set here`],
    ['~bob/key', "config: the ssh config for web-1 has ~bob, and only one's own home is known here"],
  ])('rejects %s in one line, as ssh does', (path, error) => {
    expect(errorOf(() => expandPath(path, tokens))).toBe(error)
  })
})

describe('expandCommand, expandWord and expandHome', () => {
  it('expandWord accepts tokens of its caller', () => {
    expect(expandWord('%H %h', tokens, { H: 'known' })).toBe('known web-1.example.org')
  })

  it('expandCommand knows only tokens of the server and leaves variables to the shell', () => {
    expect(expandCommand(`%r@%h:%p %n %k %% \${KEYS}`, tokens)).toBe(
      `deploy@web-1.example.org:2222 web-1 web-1 % \${KEYS}`,
    )
    expect(errorOf(() => expandCommand('%d', tokens))).toContain('the token %d, which ssh does not know')
  })

  it('expandHome expands only the home folder, because ssh -G has expanded the rest', () => {
    expect(expandHome('~/known%h', tokens)).toBe('/home/ana/known%h')
  })
})
