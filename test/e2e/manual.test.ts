import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/base/errors.ts'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'
import { itNeeds } from '../support/tools.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

let page: string
let text: string
beforeAll(async () => {
  page = (await runMaestro(tmpdir(), ['manual'])).stdout
  // As it is read: without fonts and escapes.
  text = page
    .replace(/\\f[BIR]|\\&/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'")
})

describe('maestro manual', () => {
  it('documents every command of the help with its usage', async () => {
    const { stdout } = await runMaestro(tmpdir(), ['--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]+) .* {2}/gm)].map(([, name]) => name)

    const missing = commands.filter((name) => !text.includes(`\n.SS maestro ${name} `))

    expect(commands).toContain('deploy')
    expect(missing).toEqual(['help'])
  })

  it('has the texts and examples of the help', async () => {
    const { stdout } = await runMaestro(tmpdir(), ['lab', 'run', '--help'])
    const example = '  maestro lab run -- maestro status'

    expect(stdout).toContain(example)
    expect(text).toContain(`\n${example.trim()}\n`)
    expect(text).toContain('\n.SS maestro lab run [options] command...\n')
  })

  it('lists every exit code', () => {
    const section = /\.SH EXIT STATUS\n(.*?)\.SH /s.exec(text)?.[1] ?? ''
    const codes = [...section.matchAll(/^\.TP\n(.*)$/gm)].flatMap(([, term = '']) => term.split(', ')).map(Number)

    expect(codes).toEqual(Object.values(exitCodes))
  })

  itNeeds(['mandoc'])('passes mandoc without warnings', async () => {
    const { all } = await execa('mandoc', ['-Tlint', '-Wwarning'], { input: page, all: true, reject: false })

    expect(all).toBe('')
  })
})

describe('unknown command', () => {
  it('is reported with a suggestion and a pointer to the help', async () => {
    expect(await runMaestro(tmpdir(), ['statu'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        "maestro: unknown command 'statu'; did you mean status?\n  see maestro --help, or maestro <command> --help\n",
    })
  })
})

describe('README.md', () => {
  it('names only options that a command has', () => {
    // Of npm, of the fleet tests, and what a dynamic inventory is called with.
    const others = ['--global', '--soak', '--list']
    const named = new Set([...readme.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag))

    expect([...named].filter((flag) => !others.includes(flag) && !text.includes(flag))).toEqual([])
  })

  it('lists every exit code', () => {
    const table = /## Exit codes\n(.*?)\n## /s.exec(readme)?.[1] ?? ''
    const codes = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, term = '']) => term.split(', ')).map(Number)

    expect(codes).toEqual(Object.values(exitCodes))
  })
})
