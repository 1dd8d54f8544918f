import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { UsageError } from '../errors.ts'
import { type ConfigFiles, readConfigFiles } from './ssh-config-files.ts'
import { readWithoutSsh } from './ssh-config-reader.ts'
import { shapeOf } from './ssh-config-shape.ts'
import { askSshProgram, NoSshProgram } from './ssh-dash-g.ts'

/** What the user's own ssh would do for a host, as far as maestro acts on it. Paths are as ssh prints them: `~` and tokens unexpanded. */
export interface HostOptions {
  readonly hostName: string
  readonly port: number
  readonly user: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** `none`, a path, or `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly pubkeyAuthentication: boolean
  readonly certificateFiles: readonly string[]
  readonly knownHostsFiles: readonly string[]
  readonly globalKnownHostsFiles: readonly string[]
  readonly knownHostsCommand?: string | undefined
  readonly revokedHostKeys?: string | undefined
  readonly hostKeyAlias: string | undefined
  readonly strictHostKeyChecking: 'yes' | 'ask' | 'accept-new' | 'no'
  readonly hashKnownHosts: boolean
  readonly proxyJump: string | undefined
  readonly proxyCommand: string | undefined
  readonly connectTimeoutMs: number | undefined
  /** What HostKeyAlgorithms leaves, in ssh's words; undefined: all. */
  readonly hostKeyAlgorithms?: readonly string[] | undefined
  /** AddressFamily and BindAddress. */
  readonly family?: 4 | 6 | undefined
  readonly bindAddress?: string | undefined
}

/** A host as the manifest names it; explicit values win as they do on ssh's own command line. */
export interface HostQuestion {
  readonly host: string
  readonly user?: string
  readonly port?: number
  readonly identityFiles?: readonly string[]
  /** The ssh config to read; undefined: the user's and the system's. */
  readonly configFile?: string
}

export type Warn = (text: string) => void

const answers = new Map<string, Promise<HostOptions>>()

/**
 * What ssh would do for a host: `ssh -G` says it, and its answer holds as long as no file of the config changes, for all hosts
 * that the same blocks of the config are for. Where there is
 * nothing in the config that matters, ssh is not asked; where there is no ssh, a few keywords are read without it, and `warn`
 * hears of the others. Throws a UsageError with ssh's own words when the config is wrong.
 */
export async function askSsh(question: HostQuestion, warn: Warn = () => undefined): Promise<HostOptions> {
  if (question.host.startsWith('-')) throw new UsageError(`${question.host} cannot be the name of a host`)
  const files = await readConfigFiles(question.configFile, userInfo().homedir)
  if (question.configFile === undefined && !files.isMeaningful)
    return { ...optionsWithoutConfig(question, userInfo().username), hashKnownHosts: files.hashesNames }
  if (files.isVolatile) return ask(question, files, warn)
  const shape = shapeOf(files.lines, question.host)
  if (shape === undefined) return askOnce({ question, about: question, files, warn })
  const { user, port, ...shared } = question
  const options = await askOnce({ question: shared, about: { ...shared, host: shape }, files, warn })
  return {
    ...options,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(shape.hasHostName ? {} : { hostName: question.host.toLowerCase() }),
  }
}

type Asking = {
  readonly question: HostQuestion
  /** Questions that are about the same have one answer. */
  readonly about: unknown
  readonly files: ConfigFiles
  readonly warn: Warn
}

function askOnce({ question, about, files, warn }: Asking): Promise<HostOptions> {
  const key = JSON.stringify([about, files.state])
  const answer = answers.get(key) ?? ask(question, files, warn)
  answers.set(key, answer)
  // What went wrong once may have been this computer's trouble.
  answer.catch(() => answers.delete(key))
  return answer
}

async function ask(question: HostQuestion, files: ConfigFiles, warn: Warn): Promise<HostOptions> {
  try {
    return await askSshProgram(question)
  } catch (error) {
    if (!(error instanceof NoSshProgram)) throw error
    const without = optionsWithoutConfig(question, userInfo().username)
    return readWithoutSsh({ question, files, without, warn })
  }
}

/** What ssh would do for a host without any config; `localUser` is who we are on this computer. */
export function optionsWithoutConfig(
  { host, user, port, identityFiles }: HostQuestion,
  localUser: string,
): HostOptions {
  return {
    hostName: host.toLowerCase(),
    port: port ?? 22,
    user: user ?? localUser,
    identityFiles: identityFiles ?? ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'],
    identitiesOnly: false,
    identityAgent: undefined,
    pubkeyAuthentication: true,
    certificateFiles: [],
    knownHostsFiles: ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'],
    globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    hostKeyAlias: undefined,
    strictHostKeyChecking: 'ask',
    hashKnownHosts: false,
    proxyJump: undefined,
    proxyCommand: undefined,
    connectTimeoutMs: undefined,
  }
}

/** Where the user's ssh config says that a host is, when it speaks of it at all: `ssh -G` answers for any name. */
export async function addressInSshConfig(name: string, configFile?: string): Promise<string | undefined> {
  const ask = (host: string) => askSsh({ host, ...(configFile === undefined ? {} : { configFile }) })
  const { hostName, ...options } = await ask(name)
  if (hostName !== name.toLowerCase() && hostName !== name) return name
  if (isIP(name) !== 0) return name
  // A `Host` block without HostName leaves the name and changes something else.
  const { hostName: _, ...forNobody } = await ask(`nobody-${name}-nobody`)
  return JSON.stringify(options) === JSON.stringify(forNobody) ? undefined : name
}
