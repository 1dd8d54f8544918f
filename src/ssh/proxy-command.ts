import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { ConnectError } from './connect-error.ts'
import { expandPath, type PathTokens } from './identities.ts'

// As OpenSSH since 9.6: names that a shell would act on are refused, for they may come from elsewhere than the config.
const harmless = /^[\w.:@%[\]-]*$/

/** The stream of a ProxyCommand of the user's ssh config, which runs in a shell as ssh runs it. */
export function proxyStream(command: string, tokens: PathTokens): Duplex {
  for (const value of [tokens.host, tokens.alias, tokens.user])
    if (!harmless.test(value)) throw new ConnectError('config', `${value} cannot be handed to a ProxyCommand`)
  const child = spawn('/bin/sh', ['-c', `exec ${expandPath(command, tokens)}`], { stdio: ['pipe', 'pipe', 'ignore'] })
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout })
  child.on('error', (error) => stream.destroy(error))
  stream.on('close', () => child.kill('SIGTERM'))
  return stream
}
