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

describe('a path of an ssh config', () => {
  it.each([
    ['~/.ssh/%r@%h:%p', '/home/ana/.ssh/deploy@web-1.example.org:2222'],
    ['~', '/home/ana'],
    ['~ana/key', '/home/ana/key'],
    ['%d/%n-%k-%u', '/home/ana/web-1-web-1-ana'],
    [`\${KEYS}/100%%`, '/keys/100%'],
    ['$KEYS/~', '$KEYS/~'],
    ['over-%j', 'over-'],
  ])('is written out: %s', (path, written) => {
    expect(expandPath(path, tokens)).toBe(written)
  })

  it('names the bastion next to the server, and the hash of a connection has it in', () => {
    const behind = { ...tokens, jump: 'gate' }

    expect(expandPath('%j', behind)).toBe('gate')
    expect(expandPath('%C', behind)).not.toBe(expandPath('%C', tokens))
    expect(expandPath('%C', behind)).toMatch(/^[0-9a-f]{40}$/)
  })

  it('is written out once: what a token or a variable stands for is taken as it is', () => {
    expect(expandPath(`%n/\${ODD}`, { ...tokens, alias: `\${KEYS}%h` })).toBe(`\${KEYS}%h/%h`)
  })

  it.each([
    ['%z/key', 'config: the ssh config for web-1 has the token %z, which ssh does not know'],
    ['key%', 'config: the ssh config for web-1 has the token %, which ssh does not know'],
    ['%toString', 'config: the ssh config for web-1 has the token %t, which ssh does not know'],
    [`\${NOTHING}`, `config: the ssh config for web-1 has \${NOTHING}, which is not set here`],
    [`\${KEYS`, `config: the ssh config for web-1 has \${KEYS, which is not set here`],
    ['~bob/key', "config: the ssh config for web-1 has ~bob, and only one's own home is known here"],
  ])('is refused in one line, as ssh refuses it: %s', (path, error) => {
    expect(errorOf(() => expandPath(path, tokens))).toBe(error)
  })
})

describe('another text of an ssh config', () => {
  it('may have tokens of its own', () => {
    expect(expandWord('%H %h', tokens, { H: 'known' })).toBe('known web-1.example.org')
  })

  it('has those of the server alone where it is a command, and leaves variables to the shell', () => {
    expect(expandCommand(`%r@%h:%p %n %k %% \${KEYS}`, tokens)).toBe(
      `deploy@web-1.example.org:2222 web-1 web-1 % \${KEYS}`,
    )
    expect(errorOf(() => expandCommand('%d', tokens))).toContain('the token %d, which ssh does not know')
  })

  it('has no more than its home written out where ssh -G has done the rest', () => {
    expect(expandHome('~/known%h', tokens)).toBe('/home/ana/known%h')
  })
})
