import { describe, expect, it } from 'vitest'
import type { HaproxyConfig } from '../../../src/load-balancer/haproxy/config.ts'
import { haproxyDrain } from '../../../src/load-balancer/haproxy/drain.ts'
import { contextBehind, fakeHaproxy } from '../../support/fakes/fake-haproxy.ts'

const options: HaproxyConfig = {
  kind: 'haproxy',
  balancers: ['lb-1'],
  groups: ['docker'],
  timeoutMs: 60_000,
  waitAfterRemovingMs: 0,
  waitAfterAddingMs: 0,
}
const drain = haproxyDrain(options)
const three = [
  { name: 'web-1', address: '10.0.0.11' },
  { name: 'web-2', address: '10.0.0.12' },
]

describe('haproxyDrain', () => {
  it('drains the server by the address that HAProxy has, waits for its sessions, and makes it ready again', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx, progress } = contextBehind(['203.0.113.11', '10.0.0.11'], [port])
    const [first] = balancer.servers
    if (first !== undefined) first.sessions = 2
    balancer.onCommand = (command) => {
      if (command === 'show stat' && first !== undefined) first.sessions -= 1
    }

    const found = await drain.detect(ctx)
    await drain.drain(ctx, found as never)
    const drained = balancer.servers.map(({ admin }) => admin)
    await drain.undrain(ctx, found as never)

    expect(drained).toEqual(['drain', 'ready'])
    expect(progress).toContain('waiting for 1 session to end')
    expect(first).toMatchObject({ admin: 'ready', sessions: 0 })
  })

  it('continues once drain_timeout is over although sessions remain', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.sessions = 1

    const found = await drain.detect(ctx)
    await drain.drain(ctx, found as never)

    expect(ctx.nowMs()).toBeGreaterThanOrEqual(60_000)
  })

  it('leaves a server alone that an administrator took out before', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.admin = 'maint'

    expect(await drain.detect(ctx)).toBeUndefined()
  })

  it('drains every backend server of every balancer that has the address', async () => {
    const two = [fakeHaproxy('lb-1', three), fakeHaproxy('lb-2', [...three, { name: 'again', address: '10.0.0.11' }])]
    const { ctx } = contextBehind(
      ['10.0.0.11'],
      two.map(({ port }) => port),
    )
    const both = haproxyDrain({ ...options, balancers: ['lb-1', 'lb-2'] })

    const found = await both.detect(ctx)
    await both.drain(ctx, found as never)

    expect(two.map(({ balancer }) => balancer.servers.map(({ admin }) => admin))).toEqual([
      ['drain', 'ready'],
      ['drain', 'ready', 'drain'],
    ])
  })

  it('fails to detect when no balancer has the address', async () => {
    const { port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.99'], [port])

    await expect(drain.detect(ctx)).rejects.toThrow('lb-1 has no backend with 10.0.0.99: it cannot be drained')
  })

  it('does not ask the balancer about a group that is not behind it', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.99'], [port])

    expect(await haproxyDrain({ ...options, groups: ['rails'] }).detect(ctx)).toBeUndefined()
    expect(balancer.commands).toEqual([])
  })

  it('undrain fails when HAProxy does not mark the server up again', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    const found = await drain.detect(ctx)
    for (const one of balancer.servers) one.isUp = false

    await expect(drain.undrain(ctx, found as never)).rejects.toThrow('lb-1 (web/web-1) does not take it back')
  })

  it('undrain does not wait for a health check that failed before', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.isUp = false
    const found = await drain.detect(ctx)

    await drain.drain(ctx, found as never)
    await drain.undrain(ctx, found as never)

    expect(balancer.servers.map(({ admin }) => admin)).toEqual(['ready', 'ready'])
  })

  it('uses socat where sshd does not let the user reach the socket', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    balancer.socket = 'failed'

    await drain.drain(ctx, (await drain.detect(ctx)) as never)

    expect(balancer.servers.map(({ admin }) => admin)).toEqual(['drain', 'ready'])
  })

  it('drain fails when HAProxy rejects the command', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    const found = await drain.detect(ctx)
    balancer.servers.splice(0)

    await expect(drain.drain(ctx, found as never)).rejects.toThrow('lb-1: HAProxy says No such server.')
  })

  it.each([
    [[], 'its configuration names no runtime socket'],
    [[{ path: '/s', isAdmin: false, isThere: true, owner: '' }], '/s is not of level admin'],
    [[{ path: '/s', isAdmin: true, isThere: false, owner: '' }], '/s is not there: is it running?'],
  ])('detect names what HAProxy lacks: %#', async (sockets, why) => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { ctx } = contextBehind(['10.0.0.11'], [port])
    balancer.sockets = sockets

    await expect(drain.detect(ctx)).rejects.toThrow(`lb-1: HAProxy cannot be told to drain: ${why}`)
  })
})
