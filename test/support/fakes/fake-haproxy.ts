import { Duplex } from 'node:stream'
import type { Opened } from '../../../src/inventory/endpoint.ts'
import type { ServerContext, ServerHandle } from '../../../src/plan/context.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { type FakeServerContext, fakeServerContext } from './fake-server-context.ts'

interface Line {
  readonly name: string
  address: string
  admin: 'ready' | 'drain' | 'maint'
  isUp: boolean
  sessions: number
}

/** A load balancer in memory, which answers on its runtime socket as HAProxy does. */
export function fakeHaproxy(name: string, lines: readonly Pick<Line, 'name' | 'address'>[]) {
  const servers: Line[] = lines.map((line) => ({ ...line, admin: 'ready', isUp: true, sessions: 0 }))
  const balancer = {
    servers,
    commands: [] as string[],
    socket: 'open' as Opened['status'],
    sockets: [{ path: '/run/haproxy/admin.sock', isAdmin: true, isThere: true, owner: 'root:haproxy 660' }],
    onCommand: (_command: string) => {},
  }
  const bits = { ready: 0, maint: 1, drain: 8 }
  const answer = (command: string): string => {
    balancer.commands.push(command)
    balancer.onCommand(command)
    if (command === 'show servers state')
      return [
        '1',
        '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state',
        ...servers.map((one, n) => `3 web ${n + 1} ${one.name} ${one.address} ${one.isUp ? 2 : 0} ${bits[one.admin]}`),
      ].join('\n')
    if (command === 'show stat')
      return ['# pxname,svname,qcur,scur', ...servers.map((one) => `web,${one.name},0,${one.sessions}`)].join('\n')
    const [, server, what, value = ''] = /^set server web\/(\S+) (state|addr) (\S+)$/.exec(command) ?? []
    const found = servers.find((one) => one.name === server)
    if (found === undefined) return 'No such server.'
    if (what === 'state') found.admin = value as Line['admin']
    if (what !== 'addr') return ''
    const said = `IP changed from '${found.address}' to '${value}' by 'stats socket command'`
    found.address = value
    return said
  }
  const answerAll = (text: string) => text.trim().split(';').map(answer).join('\n\n')

  const port: ServerHandle = {
    server: { name, host: name, groups: ['load_balancer'], spare: false },
    gatherFacts: async () =>
      ({ at: 0, haproxy: { status: 'known', value: { sockets: balancer.sockets, hasSocat: true } } }) as ServerFacts,
    run: async ({ inputs = {} }) => new Map([['haproxy', answerAll(inputs.commands ?? '').split('\n')]]),
    open: async () =>
      balancer.socket === 'open'
        ? { status: 'open', stream: answering(answerAll) }
        : { status: balancer.socket, why: 'connect failed' },
  }
  return { ...balancer, balancer, port }
}

const answering = (answerTo: (text: string) => string) => {
  const heard: Buffer[] = []
  return new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => {
      heard.push(chunk)
      done()
    },
    final(done) {
      this.push(answerTo(Buffer.concat(heard).toString()))
      this.push(null)
      done()
    },
  })
}

/** The context of a server with these addresses, behind these balancers. */
export function contextBehind(
  addresses: readonly string[],
  ports: readonly ServerHandle[],
): Omit<FakeServerContext, 'asked'> {
  const { ctx, progress } = fakeServerContext([{ address: addresses }])
  const peer = (name: string) => {
    const found = ports.find(({ server }) => server.name === name)
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }
  return { ctx: { ...ctx, peer } satisfies ServerContext, progress: progress }
}
