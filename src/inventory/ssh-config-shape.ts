import { type ConfigLine, globOf } from './ssh-config-files.ts'

/** Which blocks of a config are for a host: hosts of one shape get the same answer from ssh but for their own name. */
export interface Shape {
  readonly blocks: string
  /** Whether a HostName says where it is; else it is where its own name says. */
  readonly hasHostName: boolean
}

// Where ssh, in one version or another, may write the host's name into a value before it prints it.
const mayHoldName =
  /^(hostname|user|identityfile|identityagent|certificatefile|userknownhostsfile|globalknownhostsfile|hostkeyalias|proxyjump|knownhostscommand|revokedhostkeys)$/

type Walk = { readonly host: string; readonly blocks: string[]; hasHostName: boolean; isClear: boolean }

/**
 * The shape of a host in a config; undefined where something stands in it that ssh alone can tell: a Match beyond `all`, a token
 * in a value, single quotes in a pattern, an unusual name.
 */
export function shapeOf(lines: readonly ConfigLine[], host: string): Shape | undefined {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(host)) return undefined
  const walk: Walk = { host, blocks: [], hasHostName: false, isClear: true }
  follow(lines, walk, true)
  return walk.isClear ? { blocks: walk.blocks.join(''), hasHostName: walk.hasHostName } : undefined
}

function follow(lines: readonly ConfigLine[], walk: Walk, isActive: boolean): void {
  let isHere = isActive
  for (const line of lines) {
    if (line.kind === 'include') follow(line.lines, walk, isHere)
    else if (line.keyword === 'host' || line.keyword === 'match') isHere = opens(line, walk) && isActive
    else if (isHere) take(line, walk)
  }
}

type Option = Extract<ConfigLine, { readonly kind: 'option' }>

function opens({ keyword, args }: Option, walk: Walk): boolean {
  if (keyword === 'host') {
    const isFor = isNamed(args, walk)
    walk.blocks.push(isFor ? '1' : '0')
    return isFor
  }
  if (args.join(' ').toLowerCase() !== 'all') walk.isClear = false
  return true
}

function take({ keyword, args }: Option, walk: Walk): void {
  if (keyword === 'hostname') walk.hasHostName = true
  if (mayHoldName.test(keyword) && args.some((arg) => /[%$]/.test(arg))) walk.isClear = false
  // ssh refuses a jump over the very host.
  if (keyword === 'proxyjump' && args.join().toLowerCase().includes(walk.host.toLowerCase())) walk.isClear = false
}

function isNamed(patterns: readonly string[], walk: Walk): boolean {
  // How these are read has changed over the versions of ssh.
  if (patterns.some((pattern) => /['\\]/.test(pattern))) walk.isClear = false
  return matchesAny(patterns, walk.host)
}

/** As ssh matches a Host line: any of the patterns, and none of those with `!`. */
export function matchesAny(patterns: readonly string[], host: string): boolean {
  const isLike = (pattern: string) => globOf(pattern).test(host)
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  return patterns.some((pattern) => !pattern.startsWith('!') && isLike(pattern)) && !denied.some(isLike)
}
