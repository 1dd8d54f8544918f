import { describe, expect, it } from 'vitest'
import { errorFinding, type Finding, okFinding, warningFinding } from '../../../src/checks/finding.ts'
import { renderFindings, type ServerFindings, totalsOf } from '../../../src/report/doctor/view.ts'
import { widthOf } from '../../../src/report/format/table.ts'

const onTerminal = { screen: { columns: 80, hasColour: false }, isVerbose: false, isQuiet: false }
const inPipe = { ...onTerminal, screen: { columns: undefined, hasColour: false } }

const sudo = errorFinding('sudo', 'sudo wants a password', { stops: ['every change'], fix: 'NOPASSWD' })
const room = (megabytes: number) => warningFinding('disk', `/ has ${megabytes} MB free`, 'apt-get clean')
const well = okFinding('clock', 'as here')
const of = (server: string, ...checks: readonly Finding[]): ServerFindings => ({ server, findings: [...checks, well] })

describe('renderFindings', () => {
  it('prints each finding once, the worst first, with its servers and its fix, and the ok servers last', () => {
    const findings = [of('a-1', sudo), of('a-2', sudo, room(300)), of('b-1'), of('b-2')]

    expect(renderFindings(findings, onTerminal)).toBe(
      [
        'error    sudo           a-[1-2] (2 servers): sudo wants a password',
        '                        stops: every change',
        '                        fix: NOPASSWD',
        '',
        'warning  disk           a-2: / has 300 MB free',
        '                        fix: apt-get clean',
        '',
        'ok       b-[1-2]',
      ].join('\n'),
    )
  })

  it('groups problems that differ only in numbers, and prints three of the numbers', () => {
    const findings = [1, 2, 3, 4, 5].map((n) => of(`a-${n}`, room(n * 10)))

    const text = renderFindings(findings, onTerminal)

    expect(text.split('\n')).toHaveLength(5)
    expect(text).toContain('a-3: / has 30 MB free')
    expect(text).toContain('a-[4-5] (2 servers): the same with other numbers')
    expect(text.match(/fix: apt-get clean/g)).toHaveLength(1)
  })

  it('prints one line per server and finding in a pipe, and one per ok server', () => {
    const lines = renderFindings([of('a-1', sudo, room(300)), of('b-1')], inPipe).split('\n')

    expect(lines).toEqual([
      'SERVER  STATUS   AREA  FINDING',
      'a-1     error    sudo  sudo wants a password; stops: every change; fix: NOPASSWD',
      'a-1     warning  disk  / has 300 MB free; fix: apt-get clean',
      'b-1     ok',
    ])
  })

  it.each([onTerminal, inPipe, { ...inPipe, isVerbose: true }])(
    'prints a server without findings as skipped',
    (how) => {
      expect(renderFindings([{ server: 'late', findings: [] }], how)).toMatch(/^skipped +late$|^late +skipped$/m)
    },
  )

  it('prints only errors with --quiet, and nothing without errors', () => {
    const quiet = { ...inPipe, isQuiet: true }

    expect(renderFindings([of('a-1', sudo, room(300)), of('b-1')], quiet)).not.toMatch(/disk|b-1/)
    expect(renderFindings([of('a-1', room(300)), of('b-1')], quiet)).toBe('')
  })

  it('prints every check of each server with --verbose', () => {
    const text = renderFindings([of('a-1', sudo), of('a-2', sudo)], { ...onTerminal, isVerbose: true })

    expect(text.match(/as here/g)).toHaveLength(2)
    expect(text).toMatch(/^a-1\nerror {4}sudo/)
  })

  it.each([onTerminal, inPipe, { ...onTerminal, isVerbose: true }])(
    'escapes control characters of a server: %j',
    (options) => {
      const hostile = errorFinding('connection', '\u001b[2Jowned\r\n\u202e', { stops: ['x'], fix: '\u009b31m' })

      expect(renderFindings([of('a\u0007', hostile)], options)).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
    },
  )

  it('stays within the width of the terminal', () => {
    const long = errorFinding('connection', 'word '.repeat(60), { stops: ['x'.repeat(90)], fix: 'y'.repeat(200) })
    const many = Array.from({ length: 60 }, (_, n) => of(`name-${n}-of-many`, ...(n % 2 === 0 ? [long] : [])))

    const lines = [onTerminal, { ...onTerminal, isVerbose: true }].flatMap((how) =>
      renderFindings(many, how).split('\n'),
    )

    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })
})

describe('totalsOf', () => {
  it('counts servers by their worst finding', () => {
    const findings = [of('a', sudo, room(1)), of('b', room(1)), of('c'), { server: 'd', findings: [] }]

    expect(totalsOf(findings)).toBe('4 servers: 1 ok, 1 with errors, 1 with warnings, 1 skipped')
  })
})
