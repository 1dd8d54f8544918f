import { meaningless } from './files.ts'
import type { ConfigFor, HostOptions, HostQuestion, Warn } from './host-options.ts'

type Reading = {
  readonly config: ConfigFor
  /** What holds where the config says nothing. */
  readonly without: HostOptions
  readonly warn: Warn
}

const understood = new Set(['hostname', 'user', 'port', 'identityfile', 'proxyjump'])

/**
 * The little of an ssh config that can be read without ssh: Host, HostName, User, Port, IdentityFile, ProxyJump. The first value
 * wins, as with ssh; everything else is left out, and `warn` hears of it.
 */
export function readWithoutSsh(question: HostQuestion, { config, without, warn }: Reading): HostOptions {
  const ignored = config.options.map(({ keyword }) => keyword).filter((keyword) => !isCared(keyword))
  if (config.isUnclear) ignored.push('match')
  if (ignored.length > 0)
    warn(
      `there is no ssh program here to understand the ssh config: it is read without ${[...new Set(ignored)].sort().join(', ')}`,
    )
  const files = [...(question.identityFiles ?? []), ...valuesOf(config, 'identityfile')]
  const [jump] = valuesOf(config, 'proxyjump')
  return {
    ...without,
    hostName: config.hostName,
    user: question.user ?? valuesOf(config, 'user')[0] ?? without.user,
    port: question.port ?? Number(valuesOf(config, 'port')[0] ?? without.port),
    identityFiles: files.length === 0 ? without.identityFiles : files,
    proxyJump: jump === 'none' ? undefined : jump,
    hashKnownHosts: hashesNames(config),
  }
}

/** Whether new names in known_hosts are to be hashed. */
export const hashesNames = (config: ConfigFor) => /^(yes|true)$/i.test(valuesOf(config, 'hashknownhosts')[0] ?? '')

const isCared = (keyword: string) => understood.has(keyword) || meaningless.test(keyword)

const valuesOf = ({ options }: ConfigFor, keyword: string) =>
  options.filter((option) => option.keyword === keyword).map(({ args }) => args[0] ?? '')
