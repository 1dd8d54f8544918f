import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { UsageError } from '../../base/errors.ts'
import { hashesNames, readWithoutSsh } from './fallback-reader.ts'
import { type ConfigFiles, readConfigFiles } from './files.ts'
import type { HostOptions, HostQuestion, Warn } from './host-options.ts'
import { configFor, shapeOf, toHostName } from './share-answers.ts'
import { askSshProgram, NoSshProgram } from './ssh-dash-g.ts'

// An answer holds as long as the files of the config stay as they are.
const answers = new WeakMap<ConfigFiles, Map<string, Promise<HostOptions>>>()

/**
 * What ssh would do for a host: `ssh -G` says it, once for all hosts that it must say the same of. Where there is nothing in the
 * config that matters, ssh is not asked; where there is no ssh, a few keywords are read without it, and `warn` hears of the
 * others. Throws a UsageError with ssh's own words when the config is wrong.
 */
export async function askSsh(question: HostQuestion, warn: Warn = () => undefined): Promise<HostOptions> {
  if (question.host.startsWith('-')) throw new UsageError(`${question.host} cannot be the name of a host`)
  const { homedir, username } = userInfo()
  const files = await readConfigFiles(question.configFile, homedir)
  const without = optionsWithoutConfig(question, username)
  if (question.configFile === undefined && !files.isMeaningful)
    return { ...without, hashKnownHosts: hashesNames(configFor(files.blocks, question.host)) }
  if (files.isVolatile) return ask(question, { files, without, warn })
  const shape = shapeOf(files.blocks, question, username)
  if (shape === undefined) return askOnce(question, question, { files, without, warn })
  const { user: _user, port: _port, ...shared } = question
  const about = [shape.options, question.identityFiles]
  return { ...(await askOnce(shared, about, { files, without, warn })), ...shape.own }
}

type Asking = {
  readonly files: ConfigFiles
  /** What holds where the config says nothing. */
  readonly without: HostOptions
  readonly warn: Warn
}

// Questions that are about the same have one answer.
function askOnce(question: HostQuestion, about: unknown, asking: Asking): Promise<HostOptions> {
  const known = answers.get(asking.files) ?? new Map<string, Promise<HostOptions>>()
  answers.set(asking.files, known)
  const key = JSON.stringify(about)
  const answer = known.get(key) ?? ask(question, asking)
  known.set(key, answer)
  // What went wrong once may have been this computer's trouble.
  answer.catch(() => known.delete(key))
  return answer
}

async function ask(question: HostQuestion, { files, without, warn }: Asking): Promise<HostOptions> {
  try {
    return await askSshProgram(question)
  } catch (error) {
    if (!(error instanceof NoSshProgram)) throw error
    return readWithoutSsh(question, { config: configFor(files.blocks, question.host), without, warn })
  }
}

/** What ssh would do for a host without any config; `localUser` is who we are on this computer. */
export function optionsWithoutConfig(
  { host, user, port, identityFiles }: HostQuestion,
  localUser: string,
): HostOptions {
  return {
    hostName: toHostName(host),
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
  if (hostName !== toHostName(name)) return name
  if (isIP(name) !== 0) return name
  // A `Host` block without HostName leaves the name and changes something else.
  const { hostName: _, ...forNobody } = await ask(`nobody-${name}-nobody`)
  return JSON.stringify(options) === JSON.stringify(forNobody) ? undefined : name
}
