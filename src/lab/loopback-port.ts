import { createServer, type Socket } from 'node:net'

/** A port on loopback that can be closed, with all that came through it, and opened again. */
export interface LoopbackPort {
  readonly port: number
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
  /** Cuts what has come through it, and stays open. */
  readonly cut: () => void
}

/** Opens a port of the system's choice. */
export async function makeLoopbackPort(onSocket: (socket: Socket) => void): Promise<LoopbackPort> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    onSocket(socket)
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  await listen(0)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    cut,
    open: async () => {
      if (!server.listening) await listen(port)
    },
    close: () =>
      new Promise((resolve) => {
        cut()
        if (server.listening) server.close(() => resolve())
        else resolve()
      }),
  }
}
