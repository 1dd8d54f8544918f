import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { makeDriver } from '../../src/failover/make-driver.ts'
import type { LocalProgramResult } from '../../src/plan/application.ts'
import type { DnsQuestion } from '../../src/plan/dns.ts'
import { DisconnectedError } from '../../src/plan/errors.ts'
import { blue, buildDriver, buildFailover, fakeTraffic, green, trafficContext } from '../support/fakes/fake-traffic.ts'

const haproxy = { kind: 'haproxy', server: 'production/lb-1' } as const
const command = { kind: 'command', command: '/srv/bin/failover', timeoutMs: 1_000 } as const
const toGreen = { environment: 'production-b', targets: [green] }

/** A context where nsupdate ends like this. */
const where = (ran: LocalProgramResult) => ({ ...trafficContext(fakeTraffic()), runProgram: async () => ran })
const failing = (stderr: string): LocalProgramResult => ({ stdout: '', stderr, failure: 'ended with exit code 2' })

describe('makeDriver: rfc2136', () => {
  it('updates the record only while it still has the value that was read', async () => {
    const traffic = fakeTraffic()
    const ctx = trafficContext(traffic)
    const driver = buildDriver()
    const from = await driver.read(ctx)
    traffic.addresses = ['198.51.100.7']

    await expect(driver.switchTo(ctx, from, toGreen)).rejects.toThrow('somebody else has moved it')
    expect(traffic.addresses).toEqual(['198.51.100.7'])
  })

  it('passes the key to nsupdate in a file that only its owner can read', async () => {
    const traffic = fakeTraffic()
    const ctx = trafficContext(traffic)
    const driver = makeDriver(buildFailover(), { tsigKey: new Secret('hmac-sha256:maestro:c2VjcmV0') })

    await driver.refusal(ctx, await driver.read(ctx))

    const [program] = traffic.programs
    expect(program?.stdin).toContain('\nkey hmac-sha256:maestro c2VjcmV0\n')
    expect(JSON.stringify([program?.args, program?.env])).not.toContain('c2VjcmV0')
  })

  it('rejects a key_file with more than a key', async () => {
    const ctx = trafficContext(fakeTraffic())
    const driver = makeDriver(buildFailover(), {
      tsigKey: new Secret('hmac-sha256:maestro:c2VjcmV0\nupdate delete example.com'),
    })

    await expect(driver.refusal(ctx, await driver.read(ctx))).rejects.toThrow('not of the form')
  })

  it.each([
    ['; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH(BADKEY)', 'BADKEY'],
    ['; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH(BADSIG)', 'another secret'],
    ['; TSIG error with server: clocks are unsynchronized\nupdate failed: NOTAUTH(BADTIME)', 'differ too much'],
    ['update failed: REFUSED', 'allow-update'],
    ['update failed: NOTAUTH', 'not the primary'],
    ['update failed: NXRRSET', 'somebody else has moved it'],
    ['update failed: FORMERR', 'it says FORMERR'],
  ])('explains why the name server rejects an update: %s', async (stderr, words) => {
    const driver = buildDriver()
    const now = await driver.read(trafficContext(fakeTraffic()))

    expect(await driver.refusal(where(failing(stderr)), now)).toContain(words)
  })

  it('reports a name server that does not answer as disconnected', async () => {
    const driver = buildDriver()
    const now = await driver.read(trafficContext(fakeTraffic()))
    const silent = where(failing('; Communication with 203.0.113.53#53 failed: timed out'))

    await expect(driver.refusal(silent, now)).rejects.toBeInstanceOf(DisconnectedError)
  })

  it('names the package to install when nsupdate is missing', async () => {
    const driver = buildDriver()
    const now = await driver.read(trafficContext(fakeTraffic()))
    const without = where({ stdout: '', stderr: '', failure: 'is not there' })

    await expect(driver.refusal(without, now)).rejects.toMatchObject({ hint: 'apt-get install bind9-dnsutils' })
  })

  it('does not move a record of another target', async () => {
    const driver = buildDriver()
    const ctx = trafficContext(fakeTraffic())
    const alias = {
      ...ctx,
      askDns: async ({ type }: DnsQuestion) =>
        type === 'CNAME'
          ? ({ status: 'records', values: ['lb.example.net'], ttlSeconds: 60 } as const)
          : ({ status: 'records', values: ['203.0.113.99'], ttlSeconds: 60 } as const),
    }
    const now = await driver.read(alias)

    expect(now).toMatchObject({ environment: null, description: 'another name, lb.example.net' })
    expect(await driver.refusal(ctx, now)).toContain('CNAME')
  })

  it('recognizes a target only by all of its addresses', async () => {
    const two = [
      { environment: 'production', targets: [blue, '203.0.113.12'] },
      { environment: 'production-b', targets: [green] },
    ] as const
    const read = (addresses: readonly string[]) =>
      buildDriver({ targets: two }).read(trafficContext(fakeTraffic({ addresses })))

    expect((await read(['203.0.113.12', blue])).environment).toBe('production')
    expect((await read([blue])).environment).toBeNull()
    expect((await read([blue, '203.0.113.12', green])).environment).toBeNull()
  })
})

describe('makeDriver: haproxy', () => {
  const driver = buildDriver({ driver: haproxy })

  it('gives all weight to one target and recognizes a partial switch', async () => {
    const traffic = fakeTraffic()
    const ctx = trafficContext(traffic)
    await driver.switchTo(ctx, await driver.read(ctx), toGreen)

    expect(traffic.weights).toEqual([0, 100])
    expect(await driver.read(ctx)).toMatchObject({
      environment: 'production-b',
      description: 'weights shop/web 0, shop/web-b 100',
    })
    traffic.weights = [100, 100]
    expect((await driver.read(ctx)).environment).toBeNull()
  })

  it('names the target that the backend does not have', async () => {
    const targets = [
      { environment: 'production', targets: [blue] },
      { environment: 'production-b', targets: ['198.51.100.9'] },
    ] as const

    await expect(buildDriver({ driver: haproxy, targets }).read(trafficContext(fakeTraffic()))).rejects.toThrow(
      'no backend has a server of production-b (198.51.100.9)',
    )
  })
})

describe('makeDriver: command', () => {
  it.each(['', 'production', '{"at": "staging"}', '{"at": 1}', '{}', 'null'])(
    'rejects the status answer %j',
    async (stdout) => {
      const at = where({ stdout, stderr: '', failure: undefined })

      await expect(buildDriver({ driver: command }).read(at)).rejects.toThrow('/srv/bin/failover status prints')
    },
  )

  it('passes the target and an idempotency key to the program', async () => {
    const traffic = fakeTraffic()
    const ctx = trafficContext(traffic)
    const driver = buildDriver({ driver: command })
    await driver.switchTo(ctx, await driver.read(ctx), toGreen)

    const input = JSON.parse(traffic.programs.at(-1)?.stdin ?? '')
    expect(input).toMatchObject({
      version: 1,
      address: 'shop.example.com',
      key: ctx.key,
      from: 'production',
      to: { environment: 'production-b', targets: [green] },
      ttlSeconds: 60,
    })
  })
})
