import { MaestroError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { ServerContext } from '../../plan/context.ts'
import { parseOrThrow } from '../../plan/schema/parse.ts'
import { drainedEntries } from './drain.ts'
import { askHaproxy, findSocket } from './runtime-socket.ts'
import { readServersState } from './state.ts'

/** Has the balancers send what they sent to some entries to another address; throws a MaestroError where one does not. */
export async function replaceBackendAddress(
  ctx: Pick<ServerContext, 'peer'>,
  found: Json,
  address: string,
): Promise<void> {
  const { balancers } = parseOrThrow(
    drainedEntries,
    found,
    (why) => new MaestroError(`what was found in service: ${why}`),
  )
  for (const { name, entries } of balancers) {
    if (entries.length === 0) continue
    const balancer = ctx.peer(name)
    const socket = await findSocket(balancer)
    const commands = entries.map(({ backend, server }) => `set server ${backend}/${server} addr ${address}`)
    const said = await askHaproxy(balancer, socket, commands)
    const now = readServersState(await askHaproxy(balancer, socket, ['show servers state']))
    const isThere = ({ backend, server }: (typeof entries)[number]) =>
      now.some((one) => one.backend === backend && one.server === server && one.address === address)
    if (!entries.every(isThere)) throw new MaestroError(`${name}: HAProxy says ${said.trim().split('\n')[0]}`)
  }
}
