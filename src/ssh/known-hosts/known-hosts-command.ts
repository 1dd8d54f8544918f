import { spawn } from 'node:child_process'
import { expandWord, type PathTokens } from '../config/path-tokens.ts'
import { ConnectError } from '../connect-error.ts'
import { fingerprint } from '../host-keys/host-key.ts'
import { readKnownHosts, typeOfKey } from './known-hosts.ts'
import type { KnownHostsLine } from './known-hosts-line.ts'

const timeLimitMs = 20_000

type Asked = {
  /** As known_hosts names the host. */
  readonly name: string
  /** The key that the host has shown; undefined: it is asked which types are known, before the host is. */
  readonly key: Buffer | undefined
  readonly warn: (text: string) => void
}

/**
 * What the KnownHostsCommand of the ssh config says of a host, in lines like those of a known_hosts file. As with ssh, a command
 * that cannot be started says nothing, and one that fails ends it all, by a ConnectError.
 */
export async function askKnownHostsCommand(
  command: string,
  tokens: PathTokens,
  { name, key, warn }: Asked,
): Promise<readonly KnownHostsLine[]> {
  // No shell: ssh starts it itself, from the words of the command.
  const [program = '', ...args] = wordsOf(command).map((word) => expandWord(word, tokens, tokensOf(name, key)))
  const { output, trouble: problem, hasRun } = await run(program, args)
  if (problem === undefined) return readKnownHosts(output).linesFor(name.toLowerCase())
  const text = `the KnownHostsCommand ${program} ${problem}`
  if (hasRun) throw new ConnectError('config', `${tokens.alias}: ${text}`, { hint: 'try it by hand' })
  warn(text)
  return []
}

function tokensOf(name: string, key: Buffer | undefined): Readonly<Record<string, string>> {
  if (key === undefined) return { H: name, I: 'ORDER', t: 'NONE', f: 'NONE', K: 'NONE' }
  return { H: name, I: 'HOSTNAME', t: typeOfKey(key), f: fingerprint(key), K: key.toString('base64') }
}

const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )

type Run = { readonly output: string; readonly trouble?: string; readonly hasRun: boolean }

function run(program: string, args: readonly string[]): Promise<Run> {
  if (!program.startsWith('/'))
    return Promise.resolve({ output: '', trouble: 'has to begin with a full path', hasRun: false })
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeLimitMs })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve({ output, trouble: `cannot be started (${code})`, hasRun: false }),
    )
    child.on('close', (code, signal) => {
      const problem = code === 0 ? {} : { trouble: `ended with ${code ?? signal}` }
      resolve({ output, hasRun: true, ...problem })
    })
  })
}
