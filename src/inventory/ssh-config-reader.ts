import type { HostOptions, HostQuestion, Warn } from './ssh-config.ts'
import type { ConfigFiles, ConfigLine } from './ssh-config-files.ts'
import { matchesAny } from './ssh-config-shape.ts'

type Reading = {
  readonly question: HostQuestion
  readonly files: ConfigFiles
  /** What holds where the config says nothing. */
  readonly without: HostOptions
  readonly warn: Warn
}

/**
 * The little of an ssh config that can be read without ssh: Host, HostName, User, Port, IdentityFile, ProxyJump. The first value
 * wins, as with ssh; everything else is left out, and `warn` hears of it.
 */
export function readWithoutSsh({ question, files, without, warn }: Reading): HostOptions {
  const found = new Map<string, string[]>()
  const ignored = new Set<string>()
  collect(files.lines, { host: question.host, found, ignored, isActive: true })
  if (ignored.size > 0)
    warn(
      `there is no ssh program here to understand the ssh config: it is read without ${[...ignored].sort().join(', ')}`,
    )
  const one = (keyword: string) => found.get(keyword)?.[0]
  const hostName = one('hostname')?.replace(/%h/g, question.host).replaceAll('%%', '%')
  const jump = one('proxyjump')
  return {
    ...without,
    ...(hostName === undefined ? {} : { hostName: hostName.toLowerCase() }),
    user: question.user ?? one('user') ?? without.user,
    port: question.port ?? Number(one('port') ?? without.port),
    identityFiles: [...(question.identityFiles ?? []), ...(found.get('identityfile') ?? [])].concat(
      question.identityFiles === undefined && !found.has('identityfile') ? without.identityFiles : [],
    ),
    proxyJump: jump === 'none' ? undefined : jump,
    hashKnownHosts: files.hashesNames,
  }
}

type Option = Extract<ConfigLine, { readonly kind: 'option' }>

type Collecting = {
  readonly host: string
  readonly found: Map<string, string[]>
  readonly ignored: Set<string>
  readonly isActive: boolean
}

const understood = new Set(['hostname', 'user', 'port', 'identityfile', 'proxyjump'])
const harmless = new Set(['hashknownhosts', 'sendenv', 'gssapiauthentication'])

function collect(lines: readonly ConfigLine[], collecting: Collecting): void {
  let isHere = collecting.isActive
  for (const line of lines) {
    if (line.kind === 'include') collect(line.lines, { ...collecting, isActive: isHere })
    else if (line.keyword === 'host' || line.keyword === 'match')
      isHere = collecting.isActive && opens(line, collecting)
    else if (isHere) takeOption(line, collecting)
  }
}

function opens({ keyword, args }: Option, { host, ignored }: Collecting): boolean {
  if (keyword === 'host') return matchesAny(args, host)
  const isForAll = args.join(' ').toLowerCase() === 'all'
  if (!isForAll) ignored.add('match')
  return isForAll
}

function takeOption({ keyword, args }: Option, { found, ignored }: Collecting): void {
  if (understood.has(keyword)) found.set(keyword, [...(found.get(keyword) ?? []), args[0] ?? ''])
  else if (!harmless.has(keyword)) ignored.add(keyword)
}
