import { describe, expect, it } from 'vitest'
import { type HaproxyDrain, haproxyDrain } from '../../../src/load-balancer/haproxy/drain.ts'
import { contextBehind, fakeHaproxy } from '../../support/fakes/fake-haproxy.ts'

const wish: HaproxyDrain = {
  kind: 'haproxy',
  balancers: ['lb-1'],
  groups: ['docker'],
  timeoutMs: 60_000,
  waitAfterRemovingMs: 0,
  waitAfterAddingMs: 0,
}
const drain = haproxyDrain(wish)
const three = [
  { name: 'web-1', address: '10.0.0.11' },
  { name: 'web-2', address: '10.0.0.12' },
]

describe('a server behind a load balancer', () => {
  it('leaves by the address that the balancer knows, waits for its sessions, and comes back', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at, told } = contextBehind(['203.0.113.11', '10.0.0.11'], [port])
    const [first] = balancer.servers
    if (first !== undefined) first.sessions = 2
    balancer.onCommand = (command) => {
      if (command === 'show stat' && first !== undefined) first.sessions -= 1
    }

    const found = await drain.detect(at)
    await drain.drain(at, found as never)
    const drained = balancer.servers.map(({ admin }) => admin)
    await drain.undrain(at, found as never)

    expect(drained).toEqual(['drain', 'ready'])
    expect(told).toContain('waiting for 1 session to end')
    expect(first).toMatchObject({ admin: 'ready', sessions: 0 })
  })

  it('is worked on all the same once the time for its sessions is over', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.sessions = 1

    const found = await drain.detect(at)
    await drain.drain(at, found as never)

    expect(at.nowMs()).toBeGreaterThanOrEqual(60_000)
  })

  it('that somebody else took out before is left as it is', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.admin = 'maint'

    expect(await drain.detect(at)).toBeUndefined()
  })

  it('is taken out of each balancer and each backend that has it', async () => {
    const two = [fakeHaproxy('lb-1', three), fakeHaproxy('lb-2', [...three, { name: 'again', address: '10.0.0.11' }])]
    const { at } = contextBehind(
      ['10.0.0.11'],
      two.map(({ port }) => port),
    )
    const both = haproxyDrain({ ...wish, balancers: ['lb-1', 'lb-2'] })

    const found = await both.detect(at)
    await both.drain(at, found as never)

    expect(two.map(({ balancer }) => balancer.servers.map(({ admin }) => admin))).toEqual([
      ['drain', 'ready'],
      ['drain', 'ready', 'drain'],
    ])
  })

  it('that no balancer knows is not begun', async () => {
    const { port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.99'], [port])

    await expect(drain.detect(at)).rejects.toThrow('lb-1 has no backend with 10.0.0.99: it cannot be drained')
  })

  it('is not looked for where its group is not behind the balancer', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.99'], [port])

    expect(await haproxyDrain({ ...wish, groups: ['rails'] }).detect(at)).toBeUndefined()
    expect(balancer.commands).toEqual([])
  })

  it('has failed when the balancer does not take it back', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    const found = await drain.detect(at)
    for (const one of balancer.servers) one.isUp = false

    await expect(drain.undrain(at, found as never)).rejects.toThrow('lb-1 (web/web-1) does not take it back')
  })

  it('whose check had failed before is put back and not waited for', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    for (const one of balancer.servers) one.isUp = false
    const found = await drain.detect(at)

    await drain.drain(at, found as never)
    await drain.undrain(at, found as never)

    expect(balancer.servers.map(({ admin }) => admin)).toEqual(['ready', 'ready'])
  })

  it('is drained with socat where sshd does not let its user at the socket', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    balancer.socket = 'failed'

    await drain.drain(at, (await drain.detect(at)) as never)

    expect(balancer.servers.map(({ admin }) => admin)).toEqual(['drain', 'ready'])
  })

  it('is not taken for drained when the balancer refuses', async () => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    const found = await drain.detect(at)
    balancer.servers.splice(0)

    await expect(drain.drain(at, found as never)).rejects.toThrow('lb-1: HAProxy says No such server.')
  })

  it.each([
    [[], 'its configuration names no runtime socket'],
    [[{ path: '/s', isAdmin: false, isThere: true, owner: '' }], '/s is not of level admin'],
    [[{ path: '/s', isAdmin: true, isThere: false, owner: '' }], '/s is not there: is it running?'],
  ])('says what its balancer lacks: %#', async (sockets, why) => {
    const { balancer, port } = fakeHaproxy('lb-1', three)
    const { at } = contextBehind(['10.0.0.11'], [port])
    balancer.sockets = sockets

    await expect(drain.detect(at)).rejects.toThrow(`lb-1: HAProxy cannot be told to drain: ${why}`)
  })
})
