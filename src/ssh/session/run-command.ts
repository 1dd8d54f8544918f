import type { Client, ClientChannel } from 'ssh2'
import { ConnectError } from '../connect-error.ts'
import type { Connection } from '../connection.ts'
import { feedStdin } from './feed-stdin.ts'
import type { Command, Ending, Finished } from './session.ts'

/**
 * Runs one command over a connection. ssh2 sets no limit of its own on opening a channel, on waiting, or on output: each has
 * one here, and a command that overruns it takes the connection with it: nothing is known of it after that.
 * Throws a ConnectError where the server is there but refuses to run anything (MaxSessions).
 */
export function runCommand(
  { client, cut }: Connection,
  { command, stdin, opening, timeoutMs, limitBytes }: Command,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let restBytes = limitBytes
    const settle = () => {
      clearTimeout(timer)
      client.off('close', onLost)
    }
    const end = (ending: Ending) => {
      settle()
      resolve({ ending, stdout: textOf(stdout), stderr: textOf(stderr) })
    }
    const onLost = () => end({ how: 'connection-lost' })
    const endAndCut = (ending: Ending) => {
      end(ending)
      cut()
    }
    const timer = setTimeout(() => endAndCut({ how: 'timed-out' }), timeoutMs)
    const take = (chunks: Buffer[]) => (chunk: Buffer) => {
      restBytes -= chunk.length
      if (restBytes < 0) endAndCut({ how: 'flooded' })
      else chunks.push(chunk)
    }
    client.on('close', onLost)
    const isOpen = tryExec(client, command, (error, channel) => {
      if (error !== undefined) {
        settle()
        if (isRefusal(error)) reject(refused(error))
        else onLost()
        return
      }
      channel.on('data', take(stdout))
      channel.stderr.on('data', take(stderr))
      channel.on('error', onLost)
      channel.on('close', (code: number | null | undefined, signal?: string) => end(endingOf(code, signal)))
      const listen = feedStdin(channel, stdin, opening)
      channel.stderr.on('data', listen)
    })
    if (!isOpen) onLost()
  })
}

type OnChannel = (error: Error | undefined, channel: ClientChannel) => void

// exec throws where the connection has gone already.
function tryExec(client: Client, command: string, onChannel: OnChannel): boolean {
  try {
    client.exec(command, onChannel)
    return true
  } catch {
    return false
  }
}

// ssh2: a number after exit-status, null after a signal, undefined when neither came.
function endingOf(code: number | null | undefined, signal: string | undefined): Ending {
  if (typeof code === 'number') return { how: 'exited', code }
  if (signal !== undefined) return { how: 'killed', signal }
  return { how: 'connection-lost' }
}

// ssh2 puts the reason of the protocol (RFC 4254, 5.1) on the error: a number where the server said no.
const isRefusal = (error: Error & { reason?: unknown }) =>
  error.reason !== undefined || /unable to exec/i.test(error.message)

const refused = (cause: Error) =>
  new ConnectError('session-limit', `the server runs no command for us (${cause.message})`, {
    cause,
    hint: 'MaxSessions in its sshd_config must allow at least one, and no ForceCommand or subsystem may stand in the way',
  })

const textOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8')
