import { describe, expect, it } from 'vitest'
import { quote } from '../../../src/remote/quote.ts'
import { parseResponse, ResponseError } from '../../../src/remote/response.ts'
import { scriptText } from '../../../src/remote/script-text.ts'
import { hostileTexts, randomTexts } from '../../support/builders/random-texts.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const nonce = 'b7e1'

/** A script like those of the project, around some work. */
const script = (...work: readonly string[]) =>
  [
    '{',
    `MAESTRO_NONCE=${nonce}`,
    scriptText('lib/prelude.sh'),
    'work() {',
    ...work,
    '}',
    'main </dev/null; }',
    '',
  ].join('\n')

describe.each(shells())('lib/prelude.sh under $name', (shell) => {
  const answer = (...work: readonly string[]) => parseResponse(fakeServer().run(script(...work), shell).stdout, nonce)

  it('transfers every value unchanged', () => {
    const values = [...hostileTexts, ...randomTexts(60), '', ' ', ' a ', '-n', '%s', '\\n', '\n\n']

    const facts = answer(...values.map((value) => `fact value ${quote(value)}`))

    expect(facts.get('value')).toEqual(values)
  })

  it('prints plain values readable and others in hexadecimal', () => {
    const { stdout } = fakeServer().run(script("fact plain 'a=b c'", "fact other 'é'"), shell)

    expect(stdout).toContain('\nplain=a=b c\nother#=c3a9\n')
  })

  it('prints a text line by line', () => {
    expect(answer(`facts line ${quote('  a *\n\n$(b)\n\tc')}`).get('line')).toEqual(['  a *', '$(b)', '\tc'])
  })

  it.each([
    ['plain', 'x'],
    ['in hexadecimal', '\t'],
  ])('limits a line to 4096 bytes and a text to 20000: %s', (_, letter) => {
    const many = `many=$(awk 'BEGIN { for (; n++ < 20001; ) print "${letter}" }')`

    expect(answer(`facts line ${quote(`${letter.repeat(5000)}\nb`)}`).get('line')).toEqual([letter.repeat(4096), 'b'])
    expect(fakeServer().run(script(many, 'facts line "$many"'), shell)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('more than 20000 lines'),
    })
  })

  it('prints a reason and no answer when a command fails', () => {
    const { stdout, stderr, status } = fakeServer().run(
      script('fact a 1', 'value=$(cat /nowhere)', 'fact b "$value"'),
      shell,
    )

    expect(status).not.toBe(0)
    expect(stderr).toContain('/nowhere')
    expect(stdout).not.toContain('b=')
    expect(() => parseResponse(stdout, nonce)).toThrow(ResponseError)
  })

  it('prints why it stops', () => {
    const { stderr, status } = fakeServer().run(script("fail 'no room on /boot'"), shell)

    expect({ stderr, status }).toEqual({ stderr: 'no room on /boot\n', status: 1 })
  })

  it.each([
    ['root', '0', 'as_root tool a b', 'tool a b'],
    ['somebody else', '1000', 'as_root tool a b', 'sudo -n tool a b'],
    ['somebody else, with a limit inside sudo', '1000', 'within 5 as_root tool a b', 'sudo -n timeout 5 tool a b'],
    ['somebody else, with a limit alone', '1000', 'within 5 tool a b', 'timeout 5 tool a b'],
  ])('runs a root tool as %s', (_, id, work, expected) => {
    const says = (name: string) => ({ [name]: `echo "${name} $*"` })
    const tools = { id: `echo ${id}`, ...says('tool'), ...says('sudo'), ...says('timeout') }

    const { stdout } = fakeServer({ tools }).run(script(`said=$(${work})`, 'fact said "$said"'), shell)

    expect(parseResponse(stdout, nonce).get('said')).toEqual([expected])
  })

  it('keeps the exit code of a tool with a time limit', () => {
    const server = fakeServer({ tools: { tool: 'exit 7' } })

    const { stdout } = server.run(script('status=0', 'within 5 tool || status=$?', 'fact status "$status"'), shell)

    expect(parseResponse(stdout, nonce).get('status')).toEqual(['7'])
  })
})
