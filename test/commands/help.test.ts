import type { Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { makeProgram } from '../../src/commands/program.ts'

const program = makeProgram({ version: '1.2.3', onSignals: async () => undefined })

/** The heading of every option, by its name; an option that is not here is the command's own, below `Options:`. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Target options:': ['--manifest', '--environment', '--group', '--server', '--exclude', '--max-servers'],
  'Connection options:': ['--ask-password', '--ask-sudo-password'],
  'Plan options:': ['--dry-run', '--save-plan', '--plan', '--yes', '--no-refresh', '--data-migrated'],
  'Rollout options (default: maestro.rollout in the manifest):': [
    '--strategy',
    '--canary',
    '--max-unavailable',
    '--max-failures',
    '--max-unreachable',
    '--pause',
    '--lock-wait',
    '--no-drain',
    '--drain-timeout',
    '--window',
    '--down-timeout',
    '--up-timeout',
  ],
  'Output options:': ['--output', '--quiet', '--verbose', '--exit-code', '--follow'],
}

// Where no plan is made, --yes agrees to replace a file.
const replacesFile = ['maestro manifest init', 'maestro manifest import-services']

function groupOf(command: string, flag: string): string {
  if (flag === '--yes' && replacesFile.includes(command)) return 'Options:'
  return Object.keys(groups).find((group) => groups[group]?.includes(flag)) ?? 'Options:'
}

type Help = { readonly name: string; readonly command: Command; readonly text: string }

/** The help of a command and of all below it, as it is printed where there is no terminal: 80 columns wide. */
function helps(command: Command, parents = ''): readonly Help[] {
  const name = `${parents}${command.name()}`
  let text = ''
  command.configureOutput({ writeOut: (more) => (text += more), getOutHelpWidth: () => 80 })
  command.outputHelp()
  const below = command.createHelp().visibleCommands(command)
  const nested = command.commands.filter((one) => below.includes(one)).flatMap((one) => helps(one, `${name} `))
  return [{ name, command, text }, ...nested]
}

const all = helps(program)

/** The flags that a help prints below each of its headings. */
function printedGroups(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  let group = ''
  for (const line of text.split('\n')) {
    if (/^\S.*:$/.test(line)) group = line
    const [, flag] = /^ {2}(?:-\w, )?(--[a-z-]+)/.exec(line) ?? []
    if (flag !== undefined) found.set(group, [...(found.get(group) ?? []), flag])
  }
  return found
}

const flagsOf = (command: Command): readonly string[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ long }: Option) => long ?? '')

describe('maestro <command> --help', () => {
  it('exists for every command that there is', () => {
    const names = all.map(({ name }) => name)

    expect(names.length).toBeGreaterThan(30)
    expect(names).toContain('maestro rebuild server')
  })

  it.each(all)('prints each option below its heading: $name', ({ name, command, text }) => {
    const printed = printedGroups(text)
    const wanted = new Map<string, string[]>()
    for (const flag of flagsOf(command)) {
      const group = groupOf(name, flag)
      wanted.set(group, [...(wanted.get(group) ?? []), flag])
    }

    expect(Object.fromEntries(printed)).toEqual(Object.fromEntries(wanted))
  })

  it.each(all)('is at most 80 columns wide: $name', ({ text }) => {
    expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  it.each(all)('describes the command, each of its options and arguments: $name', ({ command }) => {
    const help = command.createHelp()
    const described = [
      help.commandDescription(command),
      ...help.visibleOptions(command).map(({ description }) => description),
      ...help.visibleCommands(command).map((below) => help.subcommandDescription(below)),
      ...command.registeredArguments.map(({ description }) => description),
    ]

    expect(described).not.toContain('')
  })

  it.each(all)('is in the words of operations, not in those of the house: $name', ({ text }) => {
    expect(text).not.toMatch(
      /\b(anew|whoever|nobody|somebody|told|tells|seen to|stands?(?!-in)|foreseen?|the nights|(?<!--profile )nightly|proved?|goes over|the look)\b/i,
    )
  })
})
