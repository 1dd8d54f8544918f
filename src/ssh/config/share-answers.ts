import type { ConfigBlock } from './files.ts'
import type { ConfigFor, HostOptions, HostQuestion } from './host-options.ts'
import type { ConfigOption } from './line.ts'

type Walk = {
  readonly host: string
  readonly options: ConfigOption[]
  hostName: string | undefined
  isUnclear: boolean
}

export function configFor(blocks: readonly ConfigBlock[], host: string): ConfigFor {
  const walk: Walk = { host, options: [], hostName: undefined, isUnclear: false }
  follow(blocks, walk)
  return { ...walk, hostName: toHostName(walk.hostName ?? host) }
}

/** A host as ssh names it: in lower case, but for what has a colon in it as addresses have. */
export const toHostName = (host: string) => (host.includes(':') ? host : host.toLowerCase())

function follow(blocks: readonly ConfigBlock[], walk: Walk): void {
  const { host } = walk
  for (const { isFor, items } of blocks) {
    const isHere = isFor(host, walk.hostName ?? host)
    if (isHere === undefined) walk.isUnclear = true
    if (isHere !== true) continue
    for (const item of items) {
      if (item.kind === 'include') follow(item.blocks, walk)
      else walk.options.push(item)
      if (item.kind === 'option' && item.keyword === 'hostname')
        walk.hostName ??= item.args[0]?.replace(/%([h%])/g, (_, letter) => (letter === 'h' ? host : '%'))
    }
  }
}

/** Hosts of one shape get the same answer from ssh but for what is their `own`. */
export interface Shape {
  readonly options: readonly string[]
  readonly own: Pick<HostOptions, 'hostName' | 'user' | 'port'>
}

const plainHost = /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/
const plainUser = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const isPort = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535

// Values that are read here as ssh reads them, and that no two hosts need to have in common.
const readableOptions: Readonly<Record<string, (value: string) => boolean>> = {
  hostname: (value) => /^(?:[A-Za-z0-9_.]|%h)(?:[A-Za-z0-9_.-]|%h)*$|^[\da-f:.]+$/i.test(value),
  user: (value) => plainUser.test(value),
  port: isPort,
}

// Where ssh, in one version or another, writes tokens out before it prints a value.
const takesTokens =
  /^(identityfile|identityagent|certificatefile|userknownhostsfile|globalknownhostsfile|hostkeyalias|proxyjump|knownhostscommand|revokedhostkeys)$/

/** The shape of a host in a config; undefined where something stands in it that ssh alone can tell. */
export function shapeOf(
  blocks: readonly ConfigBlock[],
  { host, user, port }: HostQuestion,
  localUser: string,
): Shape | undefined {
  if (!plainHost.test(host) || !plainUser.test(user ?? localUser) || !isPort(String(port ?? 22))) return undefined
  const { options, hostName, isUnclear } = configFor(blocks, host)
  const names = [host, hostName].map((name) => name.toLowerCase())
  if (isUnclear || options.some((option) => isOfThisHost(option, names))) return undefined
  const first = (keyword: string) => options.find((option) => option.keyword === keyword)?.args[0]
  return {
    options: options.filter(({ keyword }) => readableOptions[keyword] === undefined).map(tellApart),
    own: {
      hostName,
      user: user ?? first('user') ?? localUser,
      port: port ?? Number(first('port') ?? 22),
    },
  }
}

function isOfThisHost({ keyword, args, text, isPlain }: ConfigOption, names: readonly string[]): boolean {
  const isReadHere = readableOptions[keyword]
  if (isReadHere !== undefined) return !isPlain || args.length !== 1 || !args.every(isReadHere)
  // Those of the tokens that are the same for all hosts do no harm.
  if (takesTokens.test(keyword) && text.replace(/%[%duilL]/g, '').includes('%')) return true
  // ssh refuses a jump over the very host.
  return keyword === 'proxyjump' && names.some((name) => text.toLowerCase().includes(name))
}

// What an IgnoreUnknown allows depends on where it stands.
const tellApart = ({ keyword, text, at }: ConfigOption) =>
  keyword === 'ignoreunknown' ? `${keyword} ${at}` : `${keyword} ${text}`
