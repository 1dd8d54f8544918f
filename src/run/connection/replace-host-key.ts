import type { Server } from '../../inventory/server.ts'
import type { Connections } from '../../ssh/connect.ts'
import { ConnectError } from '../../ssh/connect-error.ts'
import { explainConnectError } from './connection.ts'

/** Believes the new host keys of a server that was made anew, or the first that it shows, and returns the one that it has shown. */
export async function replaceHostKey(
  { renewHostKey: renew, connect }: Pick<Connections, 'renewHostKey' | 'connect'>,
  server: Server,
  keys: readonly string[],
): Promise<string> {
  try {
    await renew(server, keys.map(bytesOf))
    const session = await connect(server, new AbortController().signal)
    const { hostKey, hostKeyVouched } = session.about
    await session.close()
    return `${hostKey}, ${keys.length === 0 ? hostKeyVouched : 'by its provider'}`
  } catch (error) {
    throw error instanceof ConnectError ? explainConnectError(error) : error
  }
}

const bytesOf = (key: string) => Buffer.from(key.split(' ')[1] ?? '', 'base64')
