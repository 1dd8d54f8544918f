import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { expandCommand, type ServerTokens } from '../config/path-tokens.ts'
import { ConnectError } from '../connect-error.ts'

// As OpenSSH since 9.6: names that a shell would act on are refused, for they may come from elsewhere than the config.
const harmless = /^[\w.:@%[\]-]*$/
const lastWordsAtMost = 500

/** The stream of a ProxyCommand, and what the command said when it is gone. */
export interface Proxy {
  readonly stream: Duplex
  readonly lastWords: () => string
}

/** Starts a ProxyCommand of the user's ssh config in a shell, as ssh does; it ends with its stream. */
export function startProxy(command: string, tokens: ServerTokens): Proxy {
  for (const value of [tokens.host, tokens.alias, tokens.user])
    if (!harmless.test(value) || value.startsWith('-'))
      throw new ConnectError('config', `${value} cannot be handed to a ProxyCommand`)
  const child = spawn('/bin/sh', ['-c', `exec ${expandCommand(command, tokens)}`], { stdio: 'pipe' })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-lastWordsAtMost)
  })
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout })
  child.on('error', (error) => stream.destroy(error))
  stream.on('close', () => {
    child.kill('SIGTERM')
    // One that does not mind the signal must not keep this process alive.
    child.stderr.destroy()
    child.unref()
  })
  return { stream, lastWords: () => words.trim().split('\n').at(-1)?.trim() ?? '' }
}
