import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { type ConfigOption, readConfigLine } from './line.ts'
import { always, type Condition, conditionOf, makePattern } from './patterns.ts'

/** What a Host or a Match line opens, and the beginning of a file. */
export interface ConfigBlock {
  /** The patterns of a Host line. */
  readonly names: readonly string[]
  readonly isFor: Condition
  readonly items: readonly ConfigItem[]
}

export type ConfigItem = ConfigOption | { readonly kind: 'include'; readonly blocks: readonly ConfigBlock[] }

/** The files of an ssh config, as far as they can be understood without ssh; another object once any of them has changed. */
export interface ConfigFiles {
  readonly blocks: readonly ConfigBlock[]
  /** Whether ssh has to be asked anew each time: its answer may change though no file does, or a line is beyond us. */
  readonly isVolatile: boolean
  /** Whether anything stands in it that maestro would heed. */
  readonly isMeaningful: boolean
}

type Reading = {
  readonly home: string
  /** Files and folders whose change changes the config, and how they were before they were read. */
  readonly watched: Map<string, string>
  lines: number
  isVolatile: boolean
  isMeaningful: boolean
}

type Known = { readonly files: ConfigFiles; readonly watched: ReadonlyMap<string, string> }
const known = new Map<string, Promise<Known | undefined>>()

/** Reads the given config, or the user's and the system's; once for as long as their files stay as they are. */
export async function readConfigFiles(configFile: string | undefined, home: string): Promise<ConfigFiles> {
  const key = configFile ?? home
  const before = known.get(key) ?? Promise.resolve(undefined)
  const now = before.then(async (last) => (last && (await isAsItWas(last)) ? last : readAll(configFile, home)))
  known.set(key, now)
  return (await now).files
}

async function readAll(configFile: string | undefined, home: string): Promise<Known> {
  const reading: Reading = { home, watched: new Map(), lines: 0, isVolatile: false, isMeaningful: false }
  const ofUser: FilePosition = { reading, folder: join(home, '.ssh'), depth: 0 }
  const blocks = [...(await readOne(configFile ?? join(home, '.ssh/config'), ofUser))]
  if (configFile === undefined)
    blocks.push(...(await readOne('/etc/ssh/ssh_config', { ...ofUser, folder: '/etc/ssh' })))
  const { watched, isVolatile, isMeaningful } = reading
  return { files: { blocks, isVolatile, isMeaningful }, watched }
}

/** `folder`: where ssh looks for included files, wherever the file that names them is. */
type FilePosition = { readonly reading: Reading; readonly folder: string; readonly depth: number }

const deepest = 16

async function readOne(path: string, place: FilePosition): Promise<readonly ConfigBlock[]> {
  const { reading, depth } = place
  reading.watched.set(path, await stateOf(path))
  const text = depth > deepest ? '' : await readFile(path, 'utf8').catch(() => '')
  let items: ConfigItem[] = []
  const blocks: ConfigBlock[] = [{ names: [], isFor: always, items }]
  for (const line of text.split('\n')) {
    reading.lines += 1
    const option = readConfigLine(line, reading.lines)
    if (option === undefined) continue
    if (isUnsupported(option)) reading.isVolatile = true
    if (hasMeaning(option)) reading.isMeaningful = true
    if (option.keyword === 'include') items.push({ kind: 'include', blocks: await include(option.args, place) })
    else if (!opensBlock(option)) items.push(option)
    else {
      items = []
      blocks.push({ names: namesOf(option), isFor: conditionOf(option), items })
    }
  }
  return blocks
}

const namesOf = ({ keyword, args }: ConfigOption) => (keyword === 'host' ? args : [])
const opensBlock = ({ keyword }: ConfigOption) => keyword === 'host' || keyword === 'match'

// `Match exec` runs a program, localnetwork and canonical names ask the network.
function isUnsupported({ keyword, text, isPlain }: ConfigOption): boolean {
  if (keyword === '' || keyword.startsWith('canonical')) return true
  if (keyword === 'match' && /exec|localnetwork|canonical|final/i.test(text)) return true
  return !isPlain && ['host', 'match', 'include'].includes(keyword)
}

/** What the distributions put into /etc/ssh/ssh_config, which changes nothing of what maestro does. */
export const meaningless = /^(sendenv|setenv|gssapi\w+|forward\w+|xauthlocation|hashknownhosts|visualhostkey)$/

const hasMeaning = ({ keyword }: ConfigOption) => !meaningless.test(keyword) && !/^(host|include)$/.test(keyword)

async function include(patterns: readonly string[], place: FilePosition): Promise<readonly ConfigBlock[]> {
  const blocks: ConfigBlock[] = []
  for (const pattern of patterns) {
    for (const path of await matching(pattern, place))
      blocks.push(...(await readOne(path, { ...place, depth: place.depth + 1 })))
  }
  return blocks
}

async function matching(pattern: string, { reading, folder: base }: FilePosition): Promise<readonly string[]> {
  const path = pattern.replace(/^~(?=\/)/, reading.home)
  const full = isAbsolute(path) ? path : join(base, path)
  const folder = dirname(full)
  // What else may stand in a path is ssh's to understand.
  if (/[*?]/.test(folder) || /[[{%$~]/.test(path)) {
    reading.isVolatile = true
    return []
  }
  if (!/[*?]/.test(full)) return [full]
  reading.watched.set(folder, await stateOf(folder))
  const names = await readdir(folder).catch(() => [])
  const isLike = makePattern(basename(full))
  return names
    .filter((name) => isLike(name) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

async function isAsItWas({ watched }: Known): Promise<boolean> {
  const isSame = await Promise.all([...watched].map(async ([path, state]) => (await stateOf(path)) === state))
  return !isSame.includes(false)
}

// The change of a mode counts as well: ssh refuses a config that others may write to.
async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? 'none' : `${found.ino} ${found.ctimeMs} ${found.size}`
}
