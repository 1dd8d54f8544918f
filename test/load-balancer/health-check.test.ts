import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint, Opened } from '../../src/inventory/endpoint.ts'
import { runHealthCheck } from '../../src/load-balancer/health-check.ts'
import type { HealthCheck } from '../../src/manifest/settings.ts'
import { type Answers, fakeServerContext } from '../support/fakes/fake-server-context.ts'

let servers: Server[] = []
afterEach(() => {
  for (const server of servers) server.close()
  servers = []
})

/** An application that answers with these statuses, one after the other, and the last one from then on. */
async function application(...statuses: readonly number[]): Promise<number> {
  let asked = 0
  const server = createServer((_, response) => {
    response.statusCode = statuses[Math.min(asked, statuses.length - 1)] ?? 500
    asked += 1
    response.end('x'.repeat(100_000))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const stream = (to: Endpoint): Promise<Opened> =>
  new Promise((resolve) => {
    const socket = connect({ ...to, host: '127.0.0.1' } as { port: number; host: string })
    socket.once('connect', () => resolve({ status: 'open', stream: socket }))
    socket.once('error', ({ message }) => resolve({ status: 'failed', why: message }))
  })

const url = (port: number, more: Partial<HealthCheck> = {}): HealthCheck =>
  ({
    kind: 'url',
    url: `http://localhost:${port}/up`,
    status: 200,
    from: 'server',
    timeoutMs: 30_000,
    ...more,
  }) as HealthCheck

function serverAnswering(answers: Answers = []) {
  const opened: Endpoint[] = []
  const context = fakeServerContext(answers)
  const open = (to: Endpoint) => {
    opened.push(to)
    return stream(to)
  }
  return { ...context, at: { ...context.ctx, open, openLocal: open }, opened }
}

describe('runHealthCheck', () => {
  it('passes when health.url answers with health.status, asked from the server itself', async () => {
    const port = await application(200)
    const { at, opened } = serverAnswering()

    await runHealthCheck(url(port))(at)

    expect(opened).toEqual([{ host: 'localhost', port }])
  })

  it('waits while the url answers with another status', async () => {
    const port = await application(503, 503, 200)
    const { at, progress } = serverAnswering()

    await runHealthCheck(url(port))(at)

    expect(progress).toHaveLength(2)
    expect(progress[0]).toContain(`http://localhost:${port}/up answers 503, not 200`)
  })

  it('fails after health.timeout with the last answer', async () => {
    const { at } = serverAnswering()
    const port = await application(500)

    await expect(runHealthCheck(url(port))(at)).rejects.toThrow(
      `it does not serve: http://localhost:${port}/up answers 500, not 200`,
    )
    expect(at.nowMs()).toBe(30_000)
  })

  it('fails where nothing listens', async () => {
    const { at } = serverAnswering()

    await expect(runHealthCheck(url(1))(at)).rejects.toThrow(
      'it does not serve: http://localhost:1/up: no answer there',
    )
  })

  it('uses a tool on the server where sshd forwards nothing', async () => {
    const { at, asked } = serverAnswering([{ service_status: '200' }])
    const open = async (): Promise<Opened> => ({ status: 'forbidden', why: 'prohibited' })

    await runHealthCheck(url(8080))({ ...at, open })

    expect(asked[0]).toMatchObject({ files: ['health-check/url.sh'], inputs: { url: 'http://localhost:8080/up' } })
  })

  it('asks the address of the server from the controller when the url says localhost', async () => {
    const port = await application(200)
    const { at, opened } = serverAnswering()

    await runHealthCheck(url(port, { from: 'controller' } as Partial<HealthCheck>))(at)

    expect(opened).toEqual([{ host: 'web-1', port }])
  })

  it('passes when health.command exits 0, and quotes the last line of one that does not', async () => {
    const check: HealthCheck = { kind: 'command', command: 'check-me', timeoutMs: 30_000 }
    const { at, progress } = serverAnswering([
      { service_exit: '3', service_words: 'no database' },
      { service_exit: '0' },
    ])

    await runHealthCheck(check)(at)

    expect(progress).toEqual(['waiting until it serves: check-me ended with exit code 3: no database'])
  })
})
