import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'

/** A server as a load balancer has it. */
export interface Backend {
  readonly name: string
  readonly address: string
  readonly isUp: () => boolean
}

/** The runtime socket of a load balancer of the lab, which speaks as much of HAProxy's words as maestro asks. */
export interface FakeHaproxy {
  /** Listens at that path, in place of where it did before. */
  readonly listen: (path: string) => void
  readonly end: () => void
}

const endingMs = 1_500
const usualSessions = 3

/** A balancer before these servers; the sessions of one that is drained end within two seconds. */
export function makeFakeHaproxy(backends: readonly Backend[]): FakeHaproxy {
  const drainedAt = new Map<string, number>()
  let server: Server | undefined

  function answer(command: string): string {
    const [, name, state] = /^set server app\/(\S+) state (\S+)$/.exec(command) ?? []
    if (name !== undefined && state === 'drain') drainedAt.set(name, Date.now())
    else if (name !== undefined) drainedAt.delete(name)
    else if (command === 'show servers state') return stateTable(backends, drainedAt)
    else if (command === 'show stat') return sessionsTable(backends, drainedAt)
    else return 'Unknown command.\n'
    return '\n'
  }

  const end = () => void server?.close()
  return {
    end,
    listen: (path) => {
      end()
      rmSync(path, { force: true })
      server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => undefined)
        socket.once('data', (data) => {
          const commands = data.toString('utf8').trim().split(/[;\n]/)
          socket.end(commands.map((command) => answer(command.trim())).join(''))
        })
      }).listen(path)
    },
  }
}

type Drained = ReadonlyMap<string, number>

const stateColumns =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change'

function stateTable(backends: readonly Backend[], drained: Drained): string {
  const rows = backends.map(({ name, address, isUp }, index) =>
    [3, 'app', index + 1, name, address, isUp() ? 2 : 0, drained.has(name) ? 8 : 0, 1, 1, 60].join(' '),
  )
  return `1\n# ${stateColumns}\n${rows.join('\n')}\n\n`
}

function sessionsTable(backends: readonly Backend[], drained: Drained): string {
  const rows = backends.map(({ name, isUp }) => `app,${name},0,0,${isUp() ? sessionsOf(drained.get(name)) : 0},9,`)
  return `# pxname,svname,qcur,qmax,scur,smax,\n${rows.join('\n')}\n\n`
}

const sessionsOf = (drainedAt: number | undefined) =>
  drainedAt === undefined
    ? usualSessions
    : Math.max(0, Math.ceil(usualSessions * (1 - (Date.now() - drainedAt) / endingMs)))
