import type { ConfigOption } from './line.ts'

type Matches = (text: string) => boolean

/** What a pattern of `*` and `?` matches, as ssh has it for hosts and file names. */
export function makePattern(pattern: string): Matches {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.')
  const like = new RegExp(`^${source}$`)
  return (text) => like.test(text)
}

// Any of the patterns, and none of those with `!`.
function makeAnyOf(patterns: readonly string[]): Matches {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map(makePattern)
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => makePattern(pattern.slice(1)))
  return (text) => wanted.some((isLike) => isLike(text)) && !denied.some((isLike) => isLike(text))
}

/** Whether a block is for a host, by its name and by the HostName found so far; undefined: ssh alone can tell. */
export type Condition = (host: string, hostName: string) => boolean | undefined

export const always: Condition = () => true
const unknown: Condition = () => undefined

/** The condition of a Host line, or of a Match that asks for no more than names. */
export function conditionOf({ keyword, args, text }: ConfigOption): Condition {
  if (keyword === 'host') return makeAnyOf(args)
  const [first = '', ...others] = args
  if (others.length === 0) return first.toLowerCase() === 'all' ? always : unknown
  // ssh takes a Match apart in another way than other lines.
  if (/["=]/.test(text) || args.length % 2 !== 0) return unknown
  const tests = args.flatMap((name, index) => (index % 2 === 0 ? [testOf(name, args[index + 1] ?? '')] : []))
  return (host, hostName) =>
    tests.some((test) => test(host, hostName) === undefined) ? undefined : tests.every((test) => test(host, hostName))
}

function testOf(name: string, list: string): Condition {
  const [, not, of] = /^(!?)(host|originalhost)$/i.exec(name) ?? []
  if (of === undefined) return unknown
  const anyOf = makeAnyOf(list.toLowerCase().split(','))
  const ofHostName = of.toLowerCase() === 'host'
  return (host, hostName) => anyOf((ofHostName ? hostName : host).toLowerCase()) !== (not === '!')
}
