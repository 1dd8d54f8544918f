import { connect, type Socket } from 'node:net'
import { ConnectError } from './connect-error.ts'

/**
 * A TCP connection without Nagle's delay, which costs 50 ms a command; ssh2's own socket would have it.
 * Throws a ConnectError that says in which way the address could not be reached.
 */
export function dial(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const fail = (error: ConnectError) => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(noAnswer(`${host}:${port}`, timeoutMs)), timeoutMs)
    socket.once('error', (error: NodeJS.ErrnoException) => fail(whyNot(error, host, port)))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

const noAnswer = (where: string, timeoutMs: number) =>
  new ConnectError('timeout', `no answer from ${where} within ${timeoutMs / 1000} s`, {
    hint: 'is it up, and does a firewall let this computer in?',
  })

function whyNot(cause: NodeJS.ErrnoException, host: string, port: number): ConnectError {
  const where = `${host}:${port}`
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConnectError('dns', `the name ${host} cannot be resolved (${cause.code})`, {
        cause,
        hint: 'set its address in the manifest, or a HostName in the ssh config',
      })
    case 'ECONNREFUSED':
      return new ConnectError('refused', `${where} refuses connections`, {
        cause,
        hint: 'is sshd running there, on this port?',
      })
    case 'ETIMEDOUT':
      return new ConnectError('timeout', `no answer from ${where}`, {
        cause,
        hint: 'is it up, and does a firewall let this computer in?',
      })
    default:
      return new ConnectError('unreachable', `${where} cannot be reached (${cause.code ?? cause.message})`, { cause })
  }
}
