import { describe, expect, it } from 'vitest'
import { listOf, optionOf, readAptConf, readAptDump, withSettings } from '../../src/remote/apt-conf.ts'
import { randomTexts } from '../support/builders/random-texts.ts'
import { recorded } from '../support/fixtures/recorded-output.ts'

const lines = (settings: ReturnType<typeof readAptConf>) => settings.map(({ name, value }) => [name, value])

describe('readAptConf', () => {
  it.each([
    ['a name and its value', 'A::B "1";', [['A::B', '1']]],
    [
      'blocks within blocks',
      'A { B { C "1"; }; D "2"; };',
      [
        ['A::B::C', '1'],
        ['A::D', '2'],
      ],
    ],
    [
      'a list',
      'A::L { "x"; "y"; };',
      [
        ['A::L::', 'x'],
        ['A::L::', 'y'],
      ],
    ],
    ['one more item of a list', 'A::L:: "x";', [['A::L::', 'x']]],
    [
      'a block that has a value, too',
      'A "1" { B "2"; };',
      [
        ['A', '1'],
        ['A::B', '2'],
      ],
    ],
    ['comments of every sort', '// A "1";\n# B "1";\n/* C "1";\n*/ D /* x */ "1"; // E "2";', [['D', '1']]],
    ['a quoted semicolon, brace and slashes', 'A "x; } // /* #clear";', [['A', 'x; } // /* #clear']]],
    [
      'a clearing of two names',
      '#clear A B::C;',
      [
        ['A', undefined],
        ['B::C', undefined],
      ],
    ],
    ['a clearing within a block', 'A { #clear B;\n };', [['A::B', undefined]]],
    ['another way to write #clear', '# CLEAR A;', [['A', undefined]]],
    ['a web address without quotes', 'A "http://x/";', [['A', 'http://x/']]],
  ])('reads %s', (_, text, expected) => {
    expect(lines(readAptConf(text))).toEqual(expected)
  })

  it.each([
    ['an open quote', 'A "x', [['A', 'x']]],
    ['an open comment', '/* A "x";', []],
    ['more ends of blocks than beginnings', '}; }; A "1";', [['A', '1']]],
    ['an open block', 'A { B "1";', [['A::B', '1']]],
    ['a name without a value', 'A; B "1";', [['B', '1']]],
  ])('recovers from %s', (_, text, expected) => {
    expect(lines(readAptConf(text))).toEqual(expected)
  })

  it('never throws and always ends', () => {
    for (const text of [...randomTexts(2000), '{'.repeat(50_000), '#clear '.repeat(20_000), '/*'.repeat(50_000)])
      expect(() => readAptConf(text)).not.toThrow()
  })
})

describe('readAptDump', () => {
  it('reads values with special characters', () => {
    const settings = readAptDump(['A::L:: "origin%3dDebian%22%0a%25";', 'A "1";', 'no setting', 'B "1"'])

    expect(lines(settings)).toEqual([
      ['A::L::', 'origin=Debian"\n%'],
      ['A', '1'],
    ])
  })

  it.each(['debian-12', 'debian-13', 'ubuntu-24.04'])('reads apt-config dump of %s', (system) => {
    const settings = readAptDump(recorded(`apt-config-dump-${system}`).split('\n'))

    const name = system.startsWith('debian') ? 'Origins-Pattern' : 'Allowed-Origins'
    expect(listOf(settings, `Unattended-Upgrade::${name}`).length).toBeGreaterThan(2)
  })
})

describe('optionOf, listOf and withSettings', () => {
  it('ignore case in names and take the last value', () => {
    const settings = readAptConf('APT::Periodic::Enable "0"; apt::periodic::enable "1"; X { "a"; }; x:: "b";')

    expect(optionOf(settings, 'Apt::Periodic::Enable')).toBe('1')
    expect(listOf(settings, 'X')).toEqual(['a', 'b'])
  })

  it('clear a name and everything below it, and nothing else', () => {
    const settings = withSettings(
      readAptConf('A { "x"; B "1"; }; AB "2"; C "3";'),
      readAptConf('#clear a; A:: "y"; #clear C;'),
    )

    expect(lines(settings)).toEqual([
      ['AB', '2'],
      ['A::', 'y'],
    ])
  })
})
