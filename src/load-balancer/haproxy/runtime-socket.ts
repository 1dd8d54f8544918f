import { text } from 'node:stream/consumers'
import { MaestroError } from '../../base/errors.ts'
import type { ServerHandle } from '../../plan/context.ts'
import { allOf } from '../../remote/fields.ts'

const timeoutMs = 20_000

/** The path of the socket by which servers can be taken out of service; throws a MaestroError that says what is missing. */
export async function findSocket(balancer: ServerHandle): Promise<string> {
  const { haproxy: fact } = await balancer.gatherFacts(['haproxy'])
  const { name } = balancer.server
  if (fact?.status !== 'known')
    throw new MaestroError(`${name}: its HAProxy cannot be looked at: ${fact?.why ?? 'it was not gathered'}`)
  if (fact.value === null)
    throw new MaestroError(`${name}: there is no HAProxy, though it is in load_balancer`, { hint })
  const usable = fact.value.sockets.find(({ isAdmin, isThere }) => isAdmin && isThere)
  if (usable !== undefined) return usable.path
  const [first] = fact.value.sockets
  const why =
    first === undefined
      ? 'its configuration names no runtime socket'
      : first.isAdmin
        ? `${first.path} is not there: is it running?`
        : `${first.path} is not of level admin`
  throw new MaestroError(`${name}: HAProxy cannot be told to drain: ${why}`, { hint })
}

const hint =
  '`stats socket /run/haproxy/admin.sock mode 660 level admin` in its global section; `hooks.drain` and `hooks.undrain` in place of it; or --no-drain'

/** Sends commands to the runtime socket: through SSH where its user may use it, else as root with socat. */
export async function askHaproxy(balancer: ServerHandle, socket: string, commands: readonly string[]): Promise<string> {
  const opened = await balancer.open({ socketPath: socket }, timeoutMs)
  if (opened.status === 'open') {
    const { stream } = opened
    const timer = setTimeout(() => stream.destroy(new Error('no end')), timeoutMs)
    stream.end(`${commands.join(';')}\n`)
    return text(stream).finally(() => clearTimeout(timer))
  }
  const facts = await balancer.run({
    files: ['load-balancer/haproxy.sh'],
    inputs: { socket, commands: commands.join(';') },
    asRoot: true,
    timeoutMs: 2 * timeoutMs,
  })
  return allOf(facts, 'haproxy').join('\n')
}
