import { setTimeout as wait } from 'node:timers/promises'
import type { Connection, ServerChannel } from 'ssh2'
import type { CommandRequest, CommandResponse } from './responses.ts'

type Serving = {
  /** The one key that is let in, in wire form. */
  readonly allowed: Buffer
  readonly delayMs: number
  readonly answer: (asked: CommandRequest) => Promise<CommandResponse>
  /** What it has for every other command than the `sh -s` of a look, at once. */
  readonly otherwise: CommandResponse
}

/** Serves one client of a light server: a login by key, and commands that are answered once their script is there. */
export function serveInMemory(client: Connection, { allowed, delayMs, answer, otherwise }: Serving): void {
  client.on('error', () => undefined)
  client.on('authentication', (request) => {
    if (request.method === 'publickey' && request.key.data.equals(allowed)) request.accept()
    else request.reject(['publickey'])
  })
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec()
      if (command !== 'sh -s') return reply(channel, otherwise)
      let script = ''
      channel.on('error', () => undefined)
      channel.on('data', (data: Buffer) => {
        script += data.toString('latin1')
      })
      channel.on('end', async () => {
        await wait(delayMs)
        reply(channel, await answer({ command, script: Buffer.from(script, 'latin1').toString() }))
      })
    })
  })
}

function reply(channel: ServerChannel, { stdout, stderr, code }: CommandResponse): void {
  channel.stderr.write(stderr)
  channel.write(stdout, () => {
    channel.exit(code)
    channel.close()
  })
}
