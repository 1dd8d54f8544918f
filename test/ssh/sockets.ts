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
export async function startBrokenAgent(path: string, ends: Ends): Promise<void> {
  const agent = createServer((socket) => socket.destroy())
  ends.push(() => agent.close())
  await new Promise<void>((resolve) => agent.listen(path, resolve))
}

/** The port of a process that listens and is stopped, its queue full: the kernel answers nobody any more. */
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
