import { connect } from 'node:net'
import { type Endpoint, formatEndpoint, type Opened } from '../../inventory/endpoint.ts'

/** A stream from this computer. */
export function openLocal(to: Endpoint, timeoutMs: number): Promise<Opened> {
  return new Promise((resolve) => {
    const stream = connect('socketPath' in to ? { path: to.socketPath } : to)
    const fail = (why: string) => {
      stream.destroy()
      resolve({ status: 'failed', why: `${formatEndpoint(to)}: ${why}` })
    }
    stream.setTimeout(timeoutMs, () => fail(`no answer within ${timeoutMs / 1000} s`))
    stream.once('error', ({ message }) => fail(message))
    stream.once('connect', () => {
      stream.setTimeout(0)
      stream.removeAllListeners('error').removeAllListeners('timeout')
      resolve({ status: 'open', stream })
    })
  })
}
