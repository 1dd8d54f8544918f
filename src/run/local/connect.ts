import { connect } from 'node:net'
import { type Opened, type Place, sayPlace } from '../../inventory/endpoint.ts'

/** A stream from this computer. */
export function openHere(to: Place, timeoutMs: number): Promise<Opened> {
  return new Promise((resolve) => {
    const stream = connect('socketPath' in to ? { path: to.socketPath } : to)
    const fail = (why: string) => {
      stream.destroy()
      resolve({ is: 'failed', why: `${sayPlace(to)}: ${why}` })
    }
    stream.setTimeout(timeoutMs, () => fail(`no answer within ${timeoutMs / 1000} s`))
    stream.once('error', ({ message }) => fail(message))
    stream.once('connect', () => {
      stream.setTimeout(0)
      stream.removeAllListeners('error').removeAllListeners('timeout')
      resolve({ is: 'open', stream })
    })
  })
}
