import { spawn } from 'node:child_process'
import { connect, createServer, type Socket } from 'node:net'

type Ends = (() => unknown)[]

type Handle = { setNoDelay: (isOn: boolean) => number }

/** Writes down what a socket asks the system about Nagle's delay. */
export function watchNoDelay(socket: Socket, asked: boolean[]): void {
  const handle = (socket as unknown as { _handle: Handle | null })._handle
  if (handle === null) return
  const { setNoDelay } = handle
  handle.setNoDelay = (isOn) => {
    asked.push(isOn)
    return setNoDelay.call(handle, isOn)
  }
}

/** An agent that takes connections and hangs up on them. */
export const startBrokenAgent = (path: string, ends: Ends) => startAgentAnswering(path, Buffer.alloc(0), ends)

/** An agent that gives every client the same answer and hangs up. */
export async function startAgentAnswering(path: string, answer: Buffer, ends: Ends): Promise<void> {
  const agent = createServer((socket) => socket.on('error', () => undefined).end(answer))
  ends.push(() => agent.close())
  await new Promise<void>((resolve) => agent.listen(path, resolve))
}

/** The port of a process that listens and is stopped, its queue full: the kernel accepts no connection. */
export async function startDeafPort(ends: Ends): Promise<number> {
  const program =
    "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); process.kill(process.pid, 'SIGSTOP') })"
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  const port = await new Promise<number>((resolve) => child.stdout.once('data', (data) => resolve(Number(data))))
  const fillers = Array.from({ length: 6 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  ends.push(() => {
    for (const filler of fillers) filler.destroy()
    child.kill('SIGKILL')
  })
  await new Promise((resolve) => fillers[0]?.once('connect', resolve))
  return port
}

/** An agent that holds one key, of which it has only the public half: it fails whenever it is to sign. */
export const startPowerlessAgent = (path: string, publicKey: Buffer, ends: Ends) =>
  startAgentOf(publicKey, { path, ends, onSign: (socket) => socket.write(packet(Buffer.of(5))) })

/** An agent that holds one key and says nothing when it is to sign. */
export const startSilentAgent = (path: string, publicKey: Buffer, ends: Ends) =>
  startAgentOf(publicKey, { path, ends, onSign: () => undefined })

type AgentOptions = { readonly path: string; readonly ends: Ends; readonly onSign: (socket: Socket) => unknown }

async function startAgentOf(publicKey: Buffer, { path, ends, onSign }: AgentOptions): Promise<void> {
  const agent = createServer((socket) => {
    // Every question fits one packet: four bytes of length, one of type (draft-miller-ssh-agent).
    socket.on('data', (question) => (question[4] === 11 ? socket.write(identities(publicKey)) : onSign(socket)))
  })
  ends.push(() => agent.close())
  await new Promise<void>((resolve) => agent.listen(path, resolve))
}

const identities = (publicKey: Buffer) =>
  packet(Buffer.concat([Buffer.of(12, 0, 0, 0, 1), packet(publicKey), packet()]))

function packet(data: Buffer = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, data])
}
