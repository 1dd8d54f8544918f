import type { Command, Option } from 'commander'

/** A word that may stand where the cursor is. */
export interface Candidate {
  readonly word: string
  readonly about: string
}

/** What names of a manifest or a journal there are, by the word that options and arguments have for them. */
export type NamesOf = (kind: string, given: Given) => Promise<readonly Candidate[]>
/** The manifest and the environment that the command line speaks of, as far as it is typed. */
export type Given = { readonly manifest?: string; readonly environment?: string }

type Asking = {
  readonly root: Command
  /** All behind `maestro`; the last is the one at the cursor, as far as it is typed. */
  readonly words: readonly string[]
  readonly namesOf: NamesOf
  /** The shell takes `--a=b` apart into three words, as bash does, and replaces the last one only. */
  readonly splitsAtEquals: boolean
}

/** What may stand at the cursor by the definitions of the commands; `files` is for the shell to complete. */
export async function candidatesFor(asking: Asking): Promise<readonly Candidate[] | 'files'> {
  const { root, namesOf } = asking
  const nested = asking.words.indexOf('--')
  // `lab run -- maestro …` is a command line of its own.
  if (nested >= 0 && asking.words[nested + 1] === 'maestro' && nested + 2 < asking.words.length)
    return candidatesFor({ ...asking, words: asking.words.slice(nested + 2) })
  if (nested >= 0 && nested < asking.words.length - 1) return 'files'
  const words = asking.splitsAtEquals ? joinAtEquals(asking.words) : asking.words
  const typed = walk(root, words.slice(0, -1))
  const current = words.at(-1) ?? ''
  const [, flag, start = ''] = /^(--[^=]+)=(.*)$/s.exec(current) ?? []
  const option = flag === undefined ? typed.waiting : optionOf(typed.command, flag)
  const wanted = option === undefined ? current : flag ? start : current
  const found = option ? await valuesOf(option, typed.given, namesOf) : await wordsAt(typed, { current, namesOf })
  if (found === 'files') return found
  const prefix = flag === undefined || asking.splitsAtEquals ? '' : `${flag}=`
  return found.filter(({ word }) => word.startsWith(wanted)).map((one) => ({ ...one, word: `${prefix}${one.word}` }))
}

function joinAtEquals(words: readonly string[]): readonly string[] {
  const joined: string[] = []
  for (const [index, word] of words.entries()) {
    const last = joined.at(-1) ?? ''
    const belongs = last.startsWith('--') && (word === '=' || (words[index - 1] === '=' && last.endsWith('=')))
    if (belongs) joined[joined.length - 1] = `${last}${word}`
    else joined.push(word)
  }
  return joined
}

/** What was typed before the cursor. */
type Typed = {
  readonly command: Command
  /** How many arguments of the command there are already. */
  readonly count: number
  readonly used: readonly Option[]
  /** An option that wants its value now. */
  readonly waiting: Option | undefined
  readonly given: Given
}

function walk(root: Command, words: readonly string[]): Typed {
  let typed: Typed = { command: root, count: 0, used: [], waiting: undefined, given: {} }
  for (const word of words) typed = step(typed, word)
  return typed
}

function step(typed: Typed, word: string): Typed {
  const { command, waiting, used, given, count } = typed
  if (waiting !== undefined)
    return { ...typed, waiting: undefined, given: { ...given, [waiting.attributeName()]: word } }
  const [flag = '', value] = word.split(/=(.*)/s)
  const option = word.startsWith('-') ? optionOf(command, flag) : undefined
  if (option !== undefined) {
    const known = value === undefined ? given : { ...given, [option.attributeName()]: value }
    return {
      ...typed,
      used: [...used, option],
      waiting: option.required && value === undefined ? option : undefined,
      given: known,
    }
  }
  if (word.startsWith('-')) return typed
  const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
  return below === undefined ? { ...typed, count: count + 1 } : { ...typed, command: below, count: 0 }
}

const optionOf = (command: Command, flag: string) =>
  command.options.find(({ long, short }) => long === flag || short === flag)

type At = { readonly current: string; readonly namesOf: NamesOf }

async function wordsAt(
  { command, count, used, given }: Typed,
  { current, namesOf }: At,
): Promise<readonly Candidate[] | 'files'> {
  const help = command.createHelp()
  if (current.startsWith('-')) {
    // Those that gather their values may be repeated.
    const isOver = (option: Option) => used.includes(option) && !/repeat/.test(option.description)
    const open = help.visibleOptions(command).filter((option) => !isOver(option))
    return open.map(({ long, short, description }) => ({ word: long ?? short ?? '', about: description }))
  }
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  if (below.length > 0 && count === 0) return below.map((one) => ({ word: one.name(), about: one.summary() }))
  const argument = command.registeredArguments[count] ?? repeatedArgument(command)
  if (argument === undefined) return []
  return argument.argChoices?.map((word) => ({ word, about: '' })) ?? namesOf(argument.name(), given)
}

// Of `[server...]` there may be more and more.
const repeatedArgument = ({ registeredArguments }: Command) => registeredArguments.findLast(({ variadic }) => variadic)

async function valuesOf(option: Option, given: Given, namesOf: NamesOf): Promise<readonly Candidate[] | 'files'> {
  if (option.argChoices) return option.argChoices.map((word) => ({ word, about: '' }))
  if (/[<[](file|path)[\]>]/.test(option.flags)) return 'files'
  return namesOf(option.long?.slice(2) ?? '', given)
}
