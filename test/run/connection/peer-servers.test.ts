import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../../src/base/errors.ts'
import { DisconnectedError } from '../../../src/plan/errors.ts'
import type { ServerConnection } from '../../../src/run/connection/connection.ts'
import { makePeerServers } from '../../../src/run/connection/peer-servers.ts'
import { buildServer } from '../../support/builders/build-server.ts'
import { unavailablePorts } from '../../support/builders/step-context.ts'

describe('makePeerServers', () => {
  const lb = buildServer('lb-1', ['load_balancer'])
  const connectionThat =
    (ask: ServerConnection['run'], opened: string[], closed: string[] = []) =>
    (server: typeof lb) => {
      opened.push(server.name)
      return {
        run: ask,
        gatherFacts: async () => ({ at: 0 }),
        open: unavailablePorts.open,
        close: async () => void closed.push(server.name),
      }
    }
  const script = { files: [], asRoot: false, timeoutMs: 1 }

  it('uses one connection to a peer and closes it in the end', async () => {
    const [opened, closed]: [string[], string[]] = [[], []]
    const peers = makePeerServers({
      otherServers: [lb],
      connectionTo: connectionThat(async () => new Map([['a', ['b']]]), opened, closed),
    })

    await peers.handleTo('lb-1').run(script)
    await peers.handleTo('lb-1').run(script)
    await peers.close()

    expect([opened, closed]).toEqual([['lb-1'], ['lb-1']])
  })

  it.each([
    [new DisconnectedError('the connection was lost'), DisconnectedError],
    [new MaestroError('no socket', { hint: 'start it' }), MaestroError],
  ])('names the peer in its errors: %s', async (error, kind) => {
    const peers = makePeerServers({ otherServers: [lb], connectionTo: connectionThat(() => Promise.reject(error), []) })

    const asked = peers.handleTo('lb-1').run(script)

    await expect(asked).rejects.toThrow(`lb-1: ${error.message}`)
    await expect(asked).rejects.toBeInstanceOf(kind)
    await expect(asked).rejects.toMatchObject({ hint: error.hint })
  })

  it('reports a peer that is no longer in the manifest', () => {
    const peers = makePeerServers({ otherServers: [], connectionTo: connectionThat(async () => new Map(), []) })

    expect(() => peers.handleTo('lb-1')).toThrow('the manifest has no server lb-1 any more')
  })
})
