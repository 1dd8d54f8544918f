import type { Client } from 'ssh2'

type OnRequest = (protocol: unknown, name: string, wantsReply: boolean, data: unknown) => void
type Requested = { readonly _protocol: { readonly _handlers: { GLOBAL_REQUEST: OnRequest } } }

const offer = 'hostkeys-00@openssh.com'

/**
 * Passes over the other host keys that OpenSSH's server offers after a login: ssh2 would have the server sign for each and
 * check that, for nobody who asks here. To be called once the client connects.
 */
export function skipHostKeyRotation(client: Client): void {
  const handlers = (client as unknown as Requested)._protocol._handlers
  const before = handlers.GLOBAL_REQUEST
  // Any name that ssh2 does not know is answered as one that is not supported.
  handlers.GLOBAL_REQUEST = (protocol, name, wantsReply, data) =>
    before(protocol, name === offer ? 'not-wanted' : name, wantsReply, data)
}
