import type { Client, ClientChannel } from 'ssh2'
import type { Connection } from './connection.ts'
import type { Command, Ending, Finished } from './session.ts'

/**
 * Runs one command over a connection. ssh2 sets no limit of its own on opening a channel, on waiting, or on output: each has
 * one here, and a command that overruns it takes the connection with it: nothing is known of it after that.
 */
export function runCommand(
  { client, cut }: Connection,
  { command, stdin, timeoutMs, limitBytes }: Command,
): Promise<Finished> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let restBytes = limitBytes
    const end = (ending: Ending) => {
      clearTimeout(timer)
      client.off('close', onLost)
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
      if (error !== undefined) return onLost()
      channel.on('data', take(stdout))
      channel.stderr.on('data', take(stderr))
      channel.on('error', onLost)
      channel.on('close', (code: number | null | undefined, signal?: string) => end(endingOf(code, signal)))
      channel.end(stdin)
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

const textOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8')
