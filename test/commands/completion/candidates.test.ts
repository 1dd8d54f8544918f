import { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { candidatesFor, type NamesOf } from '../../../src/commands/completion/candidates.ts'

function buildProgram(): Command {
  const run = new Command('run')
    .summary('run it')
    .argument('<server>')
    .option('-m, --manifest <file>', 'the manifest')
    .option('-e, --environment <name>', 'the environment')
    .option('--server <name>', 'only this; may be repeated')
    .option('-q, --quiet', 'say little')
    .addOption(new Option('--output <how>', 'how').choices(['table', 'json']))
    .addOption(new Option('--inner', 'not for people').hideHelp())
  const many = new Command('many').summary('all').argument('[server...]')
  const both = new Command('both').summary('two').addCommand(new Command('one').summary('1').alias('uno'))
  return new Command('maestro')
    .addCommand(run)
    .addCommand(both)
    .addCommand(many)
    .addCommand(new Command('hidden'), { hidden: true })
    .helpOption('-h, --help', 'print this help')
}

const namesOf: NamesOf = async (kind, given) =>
  kind === 'server'
    ? ['web-1', 'web-2', 'db-1'].map((word) => ({ word, about: JSON.stringify(given) }))
    : [{ word: kind, about: '' }]

async function at(line: string, splitsAtEquals = false): Promise<string> {
  const found = await candidatesFor({ root: buildProgram(), words: line.split(' '), namesOf, splitsAtEquals })
  return found === 'files' ? found : found.map(({ word }) => word).join(' ')
}

describe('candidatesFor', () => {
  it.each([
    ['', 'run both many'],
    ['r', 'run'],
    ['x', ''],
    ['both ', 'one'],
    ['run --', '--manifest --environment --server --quiet --output --help'],
    ['run --quiet --output json --', '--manifest --environment --server --help'],
    ['run -q --server a --s', '--server'],
    ['run --output ', 'table json'],
    ['run --output=', '--output=table --output=json'],
    ['run --output=j', '--output=json'],
    ['run --output json ', 'web-1 web-2 db-1'],
    ['run --server w', 'web-1 web-2'],
    ['run w', 'web-1 web-2'],
    ['run web-1 ', ''],
    ['many web-1 w', 'web-1 web-2'],
    ['run -e ', 'environment'],
    ['run --manifest ', 'files'],
    ['run --unknown ', 'web-1 web-2 db-1'],
    ['-- ', 'files'],
    ['run -- maestro b', 'both'],
  ])('completes %j with %j', async (line, words) => {
    expect(await at(line)).toBe(words)
  })

  it('takes --manifest and --environment from the command line', async () => {
    const words = ['run', '-m', 'x.yml', '--environment=live', '']

    const found = await candidatesFor({ root: buildProgram(), words, namesOf, splitsAtEquals: false })

    expect(found[0]).toEqual({ word: 'web-1', about: '{"manifest":"x.yml","environment":"live"}' })
  })

  it.each([
    ['run --output = j', 'json'],
    ['run --output =', 'table json'],
    ['run --output = json --q', '--quiet'],
  ])('completes only the value when the shell splits at the equals sign: %j', async (line, words) => {
    expect(await at(line, true)).toBe(words)
  })
})
