import { spawn } from 'node:child_process'
import { ConnectError } from './connect-error.ts'
import { fingerprint } from './host-key.ts'
import { readKnownHosts, typeOfKey } from './known-hosts.ts'
import type { KnownHostsLine } from './known-hosts-line.ts'
import { expandTokens, type PathTokens } from './path-tokens.ts'

const timeLimitMs = 20_000

type Asked = {
  /** As known_hosts names the host. */
  readonly name: string
  /** The key that the host has shown; undefined: it is asked which types are known, before the host is. */
  readonly key: Buffer | undefined
}

/**
 * What the KnownHostsCommand of the ssh config says of a host, in lines like those of a known_hosts file. Throws a
 * ConnectError where the command fails: ssh connects to nobody then.
 */
export async function askKnownHostsCommand(
  command: string,
  tokens: PathTokens,
  { name, key }: Asked,
): Promise<readonly KnownHostsLine[]> {
  const more = {
    H: name,
    I: key === undefined ? 'ORDER' : 'HOSTNAME',
    t: key === undefined ? 'NONE' : typeOfKey(key),
    f: key === undefined ? 'NONE' : fingerprint(key),
    K: key === undefined ? 'NONE' : key.toString('base64'),
  }
  // No shell: ssh starts it itself, from the words of the command.
  const [program = '', ...args] = wordsOf(command).map((word) => expandTokens(word, tokens, more))
  const output = await outputOf(program, args).catch((cause: Error) => {
    throw new ConnectError('config', `the KnownHostsCommand for ${tokens.alias} ${cause.message}`, {
      cause,
      hint: `try it by hand: ${program}`,
    })
  })
  return readKnownHosts(output).linesFor(name.toLowerCase())
}

const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )

function outputOf(program: string, args: readonly string[]): Promise<string> {
  if (!program.startsWith('/')) return Promise.reject(new Error(`has to begin with a full path, not ${program}`))
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeLimitMs })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', (error: NodeJS.ErrnoException) => reject(new Error(`cannot be started (${error.code})`)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new Error(`ended with ${code ?? signal}`))
    })
  })
}
