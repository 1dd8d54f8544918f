import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'

/** A line of an ssh config, or the lines of a file that it includes. */
export type ConfigLine =
  | { readonly kind: 'option'; readonly keyword: string; readonly args: readonly string[] }
  | { readonly kind: 'include'; readonly lines: readonly ConfigLine[] }

/** The files of an ssh config, as far as they can be understood without ssh. */
export interface ConfigFiles {
  readonly lines: readonly ConfigLine[]
  /** Other once any file of it has changed. */
  readonly state: string
  /** Whether ssh's answer can change though no file does. */
  readonly isVolatile: boolean
  /** Whether anything stands in it that maestro would heed. */
  readonly isMeaningful: boolean
  readonly hashesNames: boolean
}

type Reading = {
  readonly home: string
  /** Files and folders whose change changes the config. */
  readonly watched: Set<string>
  isVolatile: boolean
}

const known = new Map<string, ConfigFiles & { readonly watched: readonly string[] }>()

/** Reads the given config, or the user's and the system's; once for as long as their files stay as they are. */
export async function readConfigFiles(configFile: string | undefined, home: string): Promise<ConfigFiles> {
  const key = configFile ?? home
  const before = known.get(key)
  if (before !== undefined && (await stateOf(before.watched)) === before.state) return before
  const after = await readAll(configFile, home)
  known.set(key, after)
  return after
}

async function readAll(configFile: string | undefined, home: string) {
  const paths = configFile === undefined ? [join(home, '.ssh/config'), '/etc/ssh/ssh_config'] : [configFile]
  const reading: Reading = { home, watched: new Set(), isVolatile: false }
  const lines: ConfigLine[] = []
  for (const path of paths) lines.push({ kind: 'include', lines: await readOne(path, reading, 0) })
  const watched = [...reading.watched]
  return {
    lines,
    watched,
    state: await stateOf(watched),
    isVolatile: reading.isVolatile,
    isMeaningful: hasMeaning(lines),
    hashesNames: /^yes$/i.test(findOption(lines, 'hashknownhosts') ?? ''),
  }
}

const deepest = 16

async function readOne(path: string, reading: Reading, depth: number): Promise<readonly ConfigLine[]> {
  reading.watched.add(path)
  const text = depth > deepest ? '' : await readFile(path, 'utf8').catch(() => '')
  const lines: ConfigLine[] = []
  for (const line of text.split('\n')) {
    const [keyword = '', ...args] = wordsOf(line)
    if (keyword === '') continue
    if (keyword === 'include') lines.push(await include(args, { reading, path, depth }))
    else lines.push({ kind: 'option', keyword, args })
    if (dependsOnMore(keyword, args)) reading.isVolatile = true
  }
  return lines
}

// `Match exec` runs a program, localnetwork and canonical names ask the network.
const dependsOnMore = (keyword: string, args: readonly string[]) =>
  keyword === 'canonicalizehostname' ||
  (keyword === 'match' && /exec|localnetwork|canonical|final/i.test(args.join(' ')))

type Including = { readonly reading: Reading; readonly path: string; readonly depth: number }

async function include(patterns: readonly string[], { reading, path, depth }: Including): Promise<ConfigLine> {
  const lines: ConfigLine[] = []
  for (const pattern of patterns) {
    for (const found of await matching(absolute(pattern, path, reading), reading))
      lines.push({ kind: 'include', lines: await readOne(found, reading, depth + 1) })
  }
  return { kind: 'include', lines }
}

// As ssh: from /etc/ssh in the system's config, else from ~/.ssh, wherever the file itself is.
function absolute(pattern: string, path: string, { home }: Reading): string {
  if (pattern.startsWith('~/')) return join(home, pattern.slice(2))
  return isAbsolute(pattern) ? pattern : join(path.startsWith('/etc/ssh/') ? '/etc/ssh' : join(home, '.ssh'), pattern)
}

async function matching(pattern: string, reading: Reading): Promise<readonly string[]> {
  const folder = dirname(pattern)
  // What else may stand in a path is ssh's to understand; then nothing is remembered either.
  if (/[*?[{%$~]/.test(folder) || /[[{%$]/.test(pattern)) {
    reading.isVolatile = true
    return []
  }
  if (!/[*?]/.test(pattern)) return [pattern]
  reading.watched.add(folder)
  const names = await readdir(folder).catch(() => [])
  const glob = globOf(basename(pattern))
  return names
    .filter((name) => glob.test(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

/** A pattern of `*` and `?`, as ssh matches hosts and file names with it. */
export const globOf = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
  )

// A keyword in lower case, then its arguments: `Port 22`, `Port=22`, `User "a b"`.
function wordsOf(line: string): readonly string[] {
  const match = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line)
  if (match === null) return []
  const args = [...(match[2] ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const remark = args.findIndex((arg) => arg.startsWith('#'))
  return [(match[1] ?? '').toLowerCase(), ...(remark === -1 ? args : args.slice(0, remark))]
}

async function stateOf(paths: readonly string[]): Promise<string> {
  const states = paths.map(async (path) => {
    const found = await stat(path).catch(() => undefined)
    return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`
  })
  return JSON.stringify([paths, await Promise.all(states)])
}

// What the distributions put into /etc/ssh/ssh_config, which changes nothing of what maestro does.
const meaningless = /^(sendenv|setenv|gssapi\w+|forward\w+|xauthlocation|hashknownhosts|visualhostkey)$/

function hasMeaning(lines: readonly ConfigLine[]): boolean {
  return lines.some((line) => {
    if (line.kind === 'include') return hasMeaning(line.lines)
    return !meaningless.test(line.keyword) && !(line.keyword === 'host' && line.args.join(' ') === '*')
  })
}

function findOption(lines: readonly ConfigLine[], keyword: string): string | undefined {
  for (const line of lines) {
    const value = line.kind === 'include' ? findOption(line.lines, keyword) : undefined
    if (value !== undefined) return value
    if (line.kind === 'option' && line.keyword === keyword) return line.args[0]
  }
  return undefined
}
