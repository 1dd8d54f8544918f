import { spawn } from 'node:child_process'
import { isIP } from 'node:net'
import { UsageError } from '../errors.ts'

/** What the user's own ssh would do for a host, as far as maestro acts on it. Paths are as ssh prints them: `~` and tokens unexpanded. */
export interface HostOptions {
  readonly hostName: string
  readonly port: number
  readonly user: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** `none`, a path, or `SSH_AUTH_SOCK`; undefined: the usual agent. */
  readonly identityAgent: string | undefined
  readonly knownHostsFiles: readonly string[]
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

const timeLimitMs = 20_000

/** Asks `ssh -G`; throws a UsageError with ssh's own words when the config is wrong, or when there is no ssh here. */
export async function askSsh(question: HostQuestion): Promise<HostOptions> {
  const { host } = question
  if (host.startsWith('-')) throw new UsageError(`${host} cannot be the name of a host`)
  return readOptions(await runSsh(argumentsFor(question), host))
}

/** What ssh would do for a host without any config; `localUser` is who we are on this computer. */
export function optionsWithoutConfig(
  { host, user, port, identityFiles }: HostQuestion,
  localUser: string,
): HostOptions {
  return {
    hostName: host,
    port: port ?? 22,
    user: user ?? localUser,
    identityFiles: identityFiles ?? ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'],
    identitiesOnly: false,
    identityAgent: undefined,
    knownHostsFiles: ['~/.ssh/known_hosts', '~/.ssh/known_hosts2', '/etc/ssh/ssh_known_hosts'],
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

function argumentsFor({ host, user, port, identityFiles = [], configFile }: HostQuestion): readonly string[] {
  return [
    '-G',
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...identityFiles.flatMap((file) => ['-i', file]),
    '--',
    host,
  ]
}

function runSsh(args: readonly string[], host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeLimitMs })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', (cause: NodeJS.ErrnoException) => reject(cannotAsk(host, cause)))
    child.on('close', (code) => {
      if (code === 0) resolve(stdout)
      else
        reject(
          new UsageError(`the ssh config cannot be used for ${host}: ${stderr.trim() || `ssh -G ended with ${code}`}`),
        )
    })
  })
}

function cannotAsk(host: string, cause: NodeJS.ErrnoException): UsageError {
  return new UsageError(`${host}: the ssh program cannot be started (${cause.code ?? cause.message})`, {
    cause,
    hint: 'install OpenSSH (apt-get install openssh-client), or set maestro.ssh.config: none in the manifest',
  })
}

function readOptions(text: string): HostOptions {
  const all = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space === -1) continue
    const key = line.slice(0, space)
    const value = line.slice(space + 1)
    all.set(key, [...(all.get(key) ?? []), value])
  }
  const one = (key: string) => unlessNone(all.get(key)?.[0])
  return {
    hostName: one('hostname') ?? '',
    port: Number(one('port') ?? 22),
    user: one('user') ?? '',
    identityFiles: (all.get('identityfile') ?? []).filter((file) => file !== 'none'),
    identitiesOnly: one('identitiesonly') === 'yes',
    identityAgent: all.get('identityagent')?.[0],
    knownHostsFiles: [...words(one('userknownhostsfile')), ...words(one('globalknownhostsfile'))],
    hostKeyAlias: one('hostkeyalias'),
    strictHostKeyChecking: strictness(one('stricthostkeychecking')),
    hashKnownHosts: one('hashknownhosts') === 'yes',
    proxyJump: one('proxyjump'),
    proxyCommand: one('proxycommand'),
    connectTimeoutMs: timeout(one('connecttimeout')),
    hostKeyAlgorithms: one('hostkeyalgorithms')?.split(','),
    family: familyOf(one('addressfamily')),
    bindAddress: one('bindaddress'),
  }
}

const unlessNone = (value: string | undefined) => (value === 'none' ? undefined : value)
const words = (value = '') => value.split(' ').filter((word) => word !== '')

// ssh prints true and false for yes and no here.
function strictness(value = 'ask'): HostOptions['strictHostKeyChecking'] {
  if (value === 'true' || value === 'yes') return 'yes'
  if (value === 'false' || value === 'no' || value === 'off') return 'no'
  return value === 'accept-new' ? 'accept-new' : 'ask'
}

function familyOf(value: string | undefined): 4 | 6 | undefined {
  if (value === 'inet') return 4
  return value === 'inet6' ? 6 : undefined
}

function timeout(value: string | undefined): number | undefined {
  const seconds = Number(value)
  return value === undefined || !(seconds > 0) ? undefined : seconds * 1000
}
