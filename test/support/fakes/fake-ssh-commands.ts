import { spawn } from 'node:child_process'
import type { Connection, ServerChannel } from 'ssh2'
import type { Behaviour, SshServerOptions } from './fake-ssh-server.ts'

/** A command that has come over a channel of a client's connection. */
export interface CommandRequest {
  readonly channel: ServerChannel
  readonly command: string
  readonly options: SshServerOptions
  readonly client: Connection
}

type Answer = (asked: CommandRequest) => void

const answers: Readonly<Partial<Record<Behaviour, Answer>>> = {
  floods: ({ channel }) => flood(channel),
  silent: () => undefined,
  'no-status': ({ channel }) => channel.close(),
  nologin: ({ channel }) => {
    // With a sequence that clears the screen, should it get that far.
    channel.write('This account is currently not available.\u001b[2J\n')
    channel.exit(1)
    channel.close()
  },
  killed: ({ channel }) => {
    channel.exit('KILL')
    channel.close()
  },
  cut: ({ channel, client }) => {
    channel.write('\nmaestro-begin ')
    setTimeout(() => client.end(), 20)
  },
  noisy: (asked) => {
    asked.channel.write('\u001b[2J\u001b]0;title\u0007Welcome!\nmaestro-begin not-yours\nend=ok\n')
    runShell(asked)
  },
}

/** How a server of that behaviour answers a command. */
export const answerFor = (behaviour: Behaviour): Answer => answers[behaviour] ?? runShell

function runShell({ channel, command, options: { env = {}, loginShell = 'sh' } }: CommandRequest): void {
  // In a group of its own, which signals go to, as with sshd.
  const shell = spawn(loginShell, ['-c', command], { env: { PATH: process.env.PATH, ...env }, detached: true })
  channel.pipe(shell.stdin)
  shell.stdin.on('error', () => undefined)
  shell.stdout.on('data', (data) => channel.write(data))
  shell.stderr.on('data', (data) => channel.stderr.write(data))
  shell.on('close', async (code, signal) => {
    // ssh2 throws away what still waits for the client's window when a channel is closed.
    await Promise.all([channel, channel.stderr].map((stream) => new Promise((done) => stream.write('', done))))
    if (signal === null) channel.exit(code ?? 255)
    else channel.exit(signal.replace('SIG', ''))
    channel.close()
  })
  channel.on('signal', (name: string) => process.kill(-(shell.pid ?? 0), `SIG${name}` as NodeJS.Signals))
  channel.on('close', () => shell.kill())
}

// One gigabyte, as fast as the window lets it through.
function flood(channel: ServerChannel): void {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  let left = 16 * 1024
  const pour = () => {
    while (left > 0 && channel.writable) {
      left -= 1
      if (!channel.write(chunk)) return void channel.once('drain', pour)
    }
    channel.close()
  }
  channel.on('error', () => undefined)
  pour()
}
