import ssh2 from 'ssh2'
import { MaestroError } from '../../base/errors.ts'
import { type LabServerDefinition, labFleet } from '../fleet-definition.ts'
import { makeKeyPair, publicLine, wireForm } from '../key-pair.ts'
import type { LabOptions } from '../lab.ts'
import { makeLoopbackPort } from '../loopback-port.ts'
import { type Lab, type Started, scaffoldLab } from '../scaffold.ts'
import { layOutTools } from '../stand-ins.ts'
import { makeInMemoryResponses, refusal } from './responses.ts'
import { serveInMemory } from './serve.ts'

type InMemoryLabOptions = Omit<LabOptions, 'faults'> & {
  /** How long each answer takes. */
  readonly delayMs: number
}

/**
 * Starts a lab of servers that cost next to nothing, any number of them in one process: a port each, one host key, and answers
 * from memory. What would change a server is refused. Throws a MaestroError where this computer has not that many ports.
 */
export async function startInMemoryLab({ folder, count, delayMs, ...computer }: InMemoryLabOptions): Promise<Lab> {
  layOutTools(folder, computer)
  const [key, hostKey] = [makeKeyPair(), makeKeyPair()]
  const answers = makeInMemoryResponses(folder)
  const start = async (server: LabServerDefinition): Promise<Started> => {
    const ssh = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) =>
      serveInMemory(client, {
        allowed: wireForm(key),
        delayMs,
        answer: (asked) => answers(server, asked),
        otherwise: refusal,
      }),
    )
    const door = await makeLoopbackPort((socket) => ssh.injectSocket(socket))
    return { ...server, port: door.port, shown: publicLine(hostKey), end: door.close }
  }
  return scaffoldLab({ folder, key, started: await allOrNone(labFleet(count).map(start)) })
}

async function allOrNone(starting: readonly Promise<Started>[]): Promise<readonly Started[]> {
  const ended = await Promise.allSettled(starting)
  const started = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed === undefined) return started
  await Promise.all(started.map(({ end }) => end()))
  const hint = 'fewer servers, or more open files (ulimit -n)'
  throw new MaestroError(`${starting.length} ports are too many for this computer: ${failed.reason}`, { hint })
}
