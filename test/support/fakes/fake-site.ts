import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, get, type Server } from 'node:http'

/** A site on loopback, which answers 200 until `answers` has another status. */
export interface FakeSite {
  readonly port: number
  /** Answers of `/up`: the first of them is taken, the last one stays. */
  readonly answers: number[]
  readonly stop: () => void
}

export async function startSite(host: string, port = 0): Promise<FakeSite> {
  const answers = [200]
  const server = createServer((request, response) => {
    const isUp = request.url === '/up'
    response.statusCode = isUp ? ((answers.length > 1 ? answers.shift() : answers[0]) ?? 200) : 200
    response.end()
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, answers, stop: () => end(server) }
}

function end(server: Server): void {
  server.close()
  server.closeAllConnections()
}

export interface Visits {
  readonly asked: number
  readonly failed: number
  /** Every address that was visited. */
  readonly addresses: readonly string[]
}

/** A visitor who asks the name server where to go only when the answer that he has is as old as it may be. */
export function startVisitor(
  name: string,
  { nameServer, site }: { readonly nameServer: number; readonly site: number },
) {
  const resolver = new Resolver()
  resolver.setServers([`127.0.0.1:${nameServer}`])
  const addresses = new Set<string>()
  const open: Promise<void>[] = []
  let [asked, failed] = [0, 0]
  let known = { address: '', untilMs: 0 }

  async function visit(): Promise<void> {
    if (performance.now() >= known.untilMs) {
      const askedAtMs = performance.now()
      const [record] = await resolver.resolve4(name, { ttl: true })
      if (record !== undefined) known = { address: record.address, untilMs: askedAtMs + record.ttl * 1000 }
    }
    const { address } = known
    addresses.add(address)
    asked += 1
    const isFine = await new Promise((resolve) => {
      get({ host: address, port: site, agent: false, timeout: 10_000 }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      }).on('error', () => resolve(false))
    })
    if (!isFine) failed += 1
  }

  const timer = setInterval(() => open.push(visit()), 20)
  return {
    asked: () => asked,
    end: async (): Promise<Visits> => {
      clearInterval(timer)
      await Promise.all(open)
      return { asked, failed, addresses: [...addresses] }
    },
  }
}
