import { type Command, Help, type Option } from 'commander'
import { descriptionOf } from './description.ts'
import { bold, entry, escaped, paragraph, synopsis, verbatim } from './roff.ts'
import { aboutMaestro } from './topics.ts'

const help = new Help()

// An option of at least so many commands is described once, below the common options.
const isManyFrom = 3

/** The version of maestro, and the date as 2026-11-23. */
type Edition = { readonly version: string; readonly date: string }

/** The man page of a program and all its commands, from the definitions that `--help` prints. */
export function manPage(program: Command, { version, date }: Edition): string {
  const commands = commandsBelow(program)
  const shared = sharedOptions(program, commands)
  return [
    `.TH MAESTRO 1 "${date}" "maestro ${version}" "User Commands"`,
    '.SH NAME',
    `maestro \\- ${escaped(asTitle(program.description()))}`,
    '.SH SYNOPSIS',
    `${bold('maestro')} ${synopsis('<command>')} [options]`,
    ...aboutMaestro.description.flatMap((text, index) => [index === 0 ? '.SH DESCRIPTION' : '.PP', paragraph(text)]),
    '.SH COMMANDS',
    ...commands.flatMap((command) => section(command, shared)),
    '.SH COMMON OPTIONS',
    ...[...shared.values()].flatMap(described),
    ...aboutMaestro.lists.flatMap(({ title, entries }) => [
      `.SH ${title}`,
      ...entries.flatMap(([term, text]) => entry(bold(escaped(term)), text)),
    ]),
    '.SH SEE ALSO',
    aboutMaestro.seeAlso.map(([page, chapter]) => `${bold(escaped(page))}(${chapter})`).join(', '),
    '',
  ].join('\n')
}

function commandsBelow(parent: Command): readonly Command[] {
  const visible = help.visibleCommands(parent)
  return parent.commands
    .filter((command) => visible.includes(command))
    .flatMap((command) => [command, ...commandsBelow(command)])
}

// Those of maestro itself come first.
function sharedOptions(program: Command, commands: readonly Command[]): ReadonlyMap<string, Option> {
  const own = help.visibleOptions(program)
  const all = commands.flatMap((command) => help.visibleOptions(command))
  const isShared = (option: Option) => all.filter((other) => keyOf(other) === keyOf(option)).length >= isManyFrom
  return new Map([...own, ...all.filter(isShared)].map((option) => [keyOf(option), option]))
}

const keyOf = (option: Option) => `${option.flags} ${help.optionDescription(option)}`

function section(command: Command, shared: ReadonlyMap<string, Option>): readonly string[] {
  const options = help.visibleOptions(command)
  const own = options.filter((option) => !shared.has(keyOf(option)))
  const others = options
    .filter((option) => shared.has(keyOf(option)) && option.long !== '--help')
    .map(({ long, short }) => long ?? short ?? '')
  const also = others.length === 0 ? [] : ['.PP', `Also ${others.map((flag) => bold(escaped(flag))).join(', ')}.`]
  return [
    `.SS ${synopsis(help.commandUsage(command))}`,
    paragraph(descriptionOf(command)),
    ...help
      .visibleArguments(command)
      .flatMap((one) => entry(synopsis(`<${one.name()}>`), help.argumentDescription(one))),
    ...own.flatMap(described),
    ...also,
    ...textAfter(command),
  ]
}

const described = (option: Option) => entry(synopsis(option.flags), help.optionDescription(option))

// What follows the options in the help: paragraphs, and examples, which are indented.
function textAfter(command: Command): readonly string[] {
  let text = ''
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp()
  const blocks = text.slice(command.helpInformation().length).trim().split('\n\n')
  return blocks.filter((block) => block !== '').flatMap(readBlock)
}

function readBlock(block: string): readonly string[] {
  const lines = block.split('\n')
  const words = lines.filter((line) => !line.startsWith('  '))
  const examples = lines.filter((line) => line.startsWith('  ')).map((line) => line.slice(2))
  return ['.PP', paragraph(words.join(' ')), ...(examples.length === 0 ? [] : verbatim(examples))]
}

const asTitle = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1).replace(/\.$/, '')}`
