import { request as askHttp } from 'node:http'
import { request as askHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as speakTls } from 'node:tls'

type RequestOptions = {
  readonly url: URL
  readonly stream: Duplex
  readonly isTrusted: boolean
  readonly timeoutMs: number
}

/**
 * The HTTP status that a URL has over an open stream; redirects are not followed. Whoever came by SSH need not trust the
 * certificate (isTrusted), as with the probes of others. Throws an Error when there is no answer in time.
 */
export async function httpStatusOver({ url, stream, isTrusted, timeoutMs }: RequestOptions): Promise<number> {
  const isTls = url.protocol === 'https:'
  const under = isTls ? speakTls({ socket: stream, servername: url.hostname, rejectUnauthorized: !isTrusted }) : stream
  const ask = isTls ? askHttps : askHttp
  try {
    return await new Promise((resolve, reject) => {
      const asked = ask(url, {
        createConnection: () => asSocket(under),
        headers: { connection: 'close', 'user-agent': 'maestro' },
        signal: AbortSignal.timeout(timeoutMs),
      })
      asked.once('error', reject)
      asked.once('response', (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      asked.end()
    })
  } finally {
    under.destroy()
    stream.destroy()
  }
}

// What node's client calls of a socket, and a channel of ssh2 does not have.
function asSocket(stream: Duplex): Duplex {
  const nothing = () => stream
  return Object.assign(stream, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  })
}
