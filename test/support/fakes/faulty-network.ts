import { connect, createServer, type Socket } from 'node:net'

/** A network between a client and a server on loopback, which can go wrong. */
export interface Network {
  readonly port: number
  /** From now on nothing comes through in either direction, without an error. */
  readonly goDown: () => void
  /** Both ends get a reset. */
  readonly reset: () => void
  readonly stop: () => void
}

export async function startNetwork(to: number): Promise<Network> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    goDown: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
