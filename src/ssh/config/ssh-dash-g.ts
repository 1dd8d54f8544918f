import { spawn } from 'node:child_process'
import { UsageError } from '../../base/errors.ts'
import type { HostOptions, HostQuestion } from './host-options.ts'

/** There is no ssh on this computer. */
export class NoSshProgram extends UsageError {}

const timeLimitMs = 20_000
// Starting processes is what costs here: more at a time make nothing faster and starve everything else.
const processesAtMost = 8
let free = processesAtMost
const waiting: (() => void)[] = []

/** Asks `ssh -G`; throws a UsageError with ssh's own words when the config is wrong. */
export async function askSshProgram(question: HostQuestion): Promise<HostOptions> {
  if (free > 0) free -= 1
  else await new Promise<void>((go) => waiting.push(go))
  try {
    return readOptions(await runSsh(argumentsFor(question)))
  } finally {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
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

function runSsh(args: readonly string[]): Promise<string> {
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
    child.on('error', (cause: NodeJS.ErrnoException) => reject(cannotAsk(cause)))
    child.on('close', (code, signal) => {
      const words = stderr.trim() || `ssh -G ended with ${code ?? signal}`
      if (code === 0) resolve(stdout)
      else reject(new UsageError(`the ssh config cannot be used: ${words}`))
    })
  })
}

function cannotAsk(cause: NodeJS.ErrnoException): UsageError {
  const message = `the ssh program cannot be started (${cause.code ?? cause.message})`
  return cause.code === 'ENOENT' ? new NoSshProgram(message, { cause }) : new UsageError(message, { cause })
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
    pubkeyAuthentication: one('pubkeyauthentication') !== 'false' && one('pubkeyauthentication') !== 'no',
    certificateFiles: (all.get('certificatefile') ?? []).filter((file) => file !== 'none'),
    knownHostsFiles: words(one('userknownhostsfile')),
    globalKnownHostsFiles: words(one('globalknownhostsfile')),
    knownHostsCommand: one('knownhostscommand'),
    revokedHostKeys: one('revokedhostkeys'),
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
