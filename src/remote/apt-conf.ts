/** One statement of apt's configuration. `name` ends in `::` for an item of a list; a `value` of undefined clears what is below it. */
export interface AptSetting {
  readonly name: string
  readonly value: string | undefined
}

// apt compares names without regard to case.
const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
const isBelow = (name: string, parent: string) => name.toLowerCase().startsWith(`${parent.toLowerCase()}::`)

/** The value of an option that is no list; the last one holds. */
export const optionOf = (settings: readonly AptSetting[], name: string): string | undefined =>
  settings.findLast((one) => isSame(one.name, name))?.value || undefined

/** The items of a list, in order. */
export const listOf = (settings: readonly AptSetting[], name: string): readonly string[] =>
  settings.filter((one) => isBelow(one.name, name)).flatMap(({ value }) => value || [])

/** What holds after some statements have been read on top of others. */
export function withSettings(before: readonly AptSetting[], statements: readonly AptSetting[]): readonly AptSetting[] {
  let settings = [...before]
  for (const one of statements) {
    if (one.value !== undefined) settings.push(one)
    else settings = settings.filter(({ name }) => !isSame(name, one.name) && !isBelow(name, one.name))
  }
  return settings
}

/** Lines of `apt-config dump --format '%F "%V";%n'`, in which what is special stands as `%22`. Others are passed over. */
export function readAptDump(lines: readonly string[]): readonly AptSetting[] {
  return lines.flatMap((line) => {
    const [, name, value] = /^(\S+) "(.*)";$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [{ name: unquoted(name), value: unquoted(value) }]
  })
}

const unquoted = (text: string) =>
  text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

// A comment; #clear with its names; a quoted value; punctuation; a name. In this order (apt.conf(5)).
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#\s*clear\s+(?<cleared>[^;{]*)|#[^\n]*|"(?<value>[^"]*)"?|(?<mark>[{};])|(?<name>(?:(?!\/\/|\/\*)[^\s{};"])+)/gi

type Reading = { readonly settings: AptSetting[]; readonly blocks: string[]; name: string | undefined }

/** The statements of a file of apt's configuration, in order. Never throws: what apt would refuse is read as far as it goes. */
export function readAptConf(text: string): readonly AptSetting[] {
  const reading: Reading = { settings: [], blocks: [], name: undefined }
  for (const { groups = {} } of text.matchAll(token)) {
    const { cleared, value, mark, name } = groups
    if (cleared !== undefined) reading.settings.push(...cleared.trim().split(/\s+/).map(clearing(reading)))
    else if (value !== undefined) readValue(reading, value)
    else if (mark !== undefined) readMark(reading, mark)
    else if (name !== undefined) reading.name = name
  }
  return reading.settings
}

// Bounded: ten thousand open braces are no reason to build names of their length.
const within = ({ blocks }: Reading, name: string) => [...blocks.slice(-1), name].join('::').slice(0, 1000)

const clearing = (reading: Reading) => (name: string) => ({ name: within(reading, name), value: undefined })

function readValue(reading: Reading, value: string): void {
  reading.settings.push({ name: within(reading, reading.name ?? ''), value })
}

function readMark(reading: Reading, mark: string): void {
  if (mark === '{') reading.blocks.push(within(reading, reading.name ?? ''))
  if (mark === '}') reading.blocks.pop()
  reading.name = undefined
}
