import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'
import { startVisitor } from '../support/fakes/fake-site.ts'
import { blue, type FailoverFixture, green, startFailoverFixture } from '../support/fixtures/failover-fixture.ts'
import { hasTool, itNeeds } from '../support/tools.ts'

// Every address of 127/8 is this computer where there is an ip: on Linux.
const tools = ['named', 'nsupdate', 'ip']
const it = itNeeds(tools)
let options: FailoverFixture

beforeAll(async () => {
  if (tools.every(hasTool)) options = await startFailoverFixture()
})
afterAll(() => options?.stop())
beforeEach(() => options.reset())

const at = () => options.dns.ask('www.shop.test')
const driver = (key: keyof FailoverFixture['dns']['keys'], server = '127.0.0.1') =>
  `{kind: rfc2136, server: ${server}, port: ${options.dns.port}, zone: shop.test, key_file: ${options.dns.keys[key]}}`
const toGreen = ['failover', 'switch', 'green']
const eventNames = () => options.events().map(({ event }) => event)
// Before there is a journal, nothing.
const namesSoFar = () => (existsSync(join(options.folder, 'state/maestro/runs')) ? eventNames() : [])

describe('maestro failover status', () => {
  it('prints the target by its driver and by every name server', async () => {
    const run = await options.run(['failover', 'status', '--exit-code'])

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toMatch(/^rfc2136 at 127\.0\.0\.1 +blue +127\.0\.1\.1 +1 s$/m)
    expect(run.stdout).toMatch(/^ns1\.shop\.test +blue +127\.0\.1\.1 +1 s$/m)
    expect(run.stdout).toContain('www.shop.test points at blue')
  })

  it('prints it in JSON, from either environment', async () => {
    const { stdout, exitCode } = await options.run(['failover', 'status', '-e', 'green', '--output', 'json'])

    const [status, end] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(status).toMatchObject({
      event: 'failover',
      environment: 'blue',
      driver: { environment: 'blue', ttlSeconds: 1 },
      nameServers: [{ server: 'ns1.shop.test', environment: 'blue', addresses: [blue], ttlSeconds: 1 }],
      targets: [{ environment: 'blue' }, { environment: 'green' }],
    })
    expect(end).toMatchObject({ event: 'command-ended', exitCode })
  })

  it('exits 0 and is empty with --quiet when all agree, and exits 10 when the address points at neither target', async () => {
    const quiet = await options.run(['failover', 'status', '--quiet', '--exit-code'])
    await options.dns.point('127.0.9.9')

    const run = await options.run(['failover', 'status', '--exit-code'])

    expect(quiet).toMatchObject({ exitCode: 0, stdout: '' })
    expect(run).toMatchObject({ exitCode: 10 })
    expect(run.stdout).toContain('points at neither blue (127.0.1.1) nor green (127.0.2.1)')
  })

  it('exits 3 when the name server is down', async () => {
    options.manifest({ driver: driver('maestro', '127.0.0.9') })

    const run = await options.run(['failover', 'status'])

    expect(run.exitCode).toBe(3)
    expect(run.stdout).toContain('unknown where www.shop.test points')
  })
})

describe('maestro failover switch', () => {
  it('loses no request of clients that keep an answer for its TTL, and rollback moves back', async () => {
    options.manifest({ ttl: '5s' })
    await options.dns.point(blue, 5)
    const visitor = startVisitor('www.shop.test', { nameServer: options.dns.port, site: options.port })

    const beganAt = performance.now()
    const there = await options.run(toGreen)
    const tookMs = performance.now() - beganAt
    const moved = await at()
    const back = await options.run(['failover', 'rollback'])
    const visits = await visitor.end()

    expect(there).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('changed  www.shop.test') })
    expect(moved).toBe(green)
    expect(back.exitCode).toBe(0)
    expect(await at()).toBe(blue)
    expect(visits).toMatchObject({ failed: 0, addresses: [blue, green] })
    expect(visits.asked).toBeGreaterThan(200)
    // It ends when nobody can have the old answer any more.
    expect(tookMs).toBeGreaterThan(5_000)
  })

  it('would lose requests when the old target ended right after the switch', async () => {
    await options.dns.point(blue, 5)
    const visitor = startVisitor('www.shop.test', { nameServer: options.dns.port, site: options.port })
    await expect.poll(visitor.asked, { timeout: 20_000 }).toBeGreaterThan(10)

    await options.dns.point(green, 5)
    const paused = await options.pause('blue')
    const asked = visitor.asked()
    await expect.poll(visitor.asked, { timeout: 20_000 }).toBeGreaterThan(asked + 10)
    await paused.goOn()

    expect((await visitor.end()).failed).toBeGreaterThan(0)
  })

  it('prints with --dry-run what it would do, and changes nothing', async () => {
    const run = await options.run([...toGreen, '--dry-run', '--exit-code'])

    expect(run.exitCode).toBe(10)
    expect(run.stdout).toContain('moves from blue (127.0.1.1) to green (127.0.2.1), by rfc2136 at 127.0.0.1')
    expect(await at()).toBe(blue)
  })

  it('does nothing when the address points there already', async () => {
    const run = await options.run(['failover', 'switch', 'blue'])

    expect(run).toMatchObject({ exitCode: 0, stdout: 'unchanged  www.shop.test  www.shop.test points at blue\n' })
  })

  it('moves nothing without --force when the address points at neither target', async () => {
    await options.dns.point('127.0.9.9')

    const refused = await options.run(toGreen)
    const unasked = await options.run([...toGreen, '--force'])
    const stayed = await at()
    const forced = await options.run([...toGreen, '--force', '--yes'])

    expect(refused).toMatchObject({ exitCode: 4 })
    expect(refused.stdout).toContain('points at 127.0.9.9: neither blue (127.0.1.1) nor green (127.0.2.1)')
    expect(unasked).toMatchObject({ exitCode: 4 })
    expect(stayed).toBe('127.0.9.9')
    expect(forced).toMatchObject({ exitCode: 0 })
    expect(await at()).toBe(green)
  })

  it('moves nothing while the health check of the new target fails', async () => {
    options.sites.green.answers.splice(0, 1, 503)

    const run = await options.run(toGreen)

    expect(run.exitCode).toBe(4)
    expect(run.stdout).toMatch(/green does not serve, so www\.shop\.test stays where it is: .* answers 503, not 200/)
    expect(await at()).toBe(blue)
  })

  it('rolls back when the health check through the address fails, and prints both', async () => {
    options.sites.green.answers.splice(0, 1, 200, 503)

    const run = await options.run(toGreen)

    expect(run.exitCode).toBe(1)
    expect(run.stdout).toMatch(/failed .* answers 503, not 200; www\.shop\.test is back where it was/)
    expect(await at()).toBe(blue)
    expect(eventNames()).toContain('rollback-started')
    const [runs, resumed] = await Promise.all([options.run(['runs']), options.run(['resume'])])
    expect(runs.stdout).toContain('it was rolled back')
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is left to go on with') })
  })

  it('does not roll back with --no-rollback, and prints the current target', async () => {
    options.sites.green.answers.splice(0, 1, 200, 503)

    const run = await options.run([...toGreen, '--no-rollback'])

    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('resume with: maestro resume') })
    expect(await at()).toBe(green)
    expect(eventNames()).not.toContain('rollback-started')
  })

  it('runs hooks.pre_switch first, and moves nothing when that fails', async () => {
    options.shadow('promote', '#!/bin/sh\necho "$MAESTRO_ADDRESS $MAESTRO_FROM $MAESTRO_TO"\n')
    options.manifest({ hooks: 'pre_switch: ./bin/promote' })

    const run = await options.run(toGreen)
    const ran = options.events().filter(({ event }) => event === 'hook-ran')
    options.shadow('promote', '#!/bin/sh\nexit 3\n')
    const failed = await options.run(['failover', 'switch', 'blue'])

    expect(run.exitCode).toBe(0)
    expect(ran[0]).toMatchObject({ output: 'www.shop.test blue green' })
    expect(failed.exitCode).toBe(1)
    expect(await at()).toBe(green)
  })

  it('is refused while another run moves the same address', async () => {
    options.shadow('wait', `#!/bin/sh\nuntil [ -e ${options.folder}/bin/go ]; do sleep 0.1; done\n`)
    options.manifest({ hooks: 'pre_switch: ./bin/wait' })
    const first = options.run(toGreen)
    await expect.poll(namesSoFar, { timeout: 20_000 }).toContain('step-started')

    const second = await options.run(['failover', 'switch', 'blue'])

    options.shadow('go', '')
    expect(second).toMatchObject({ exitCode: 4 })
    expect(second.stderr).toContain('is at work on www.shop.test')
    expect(await first).toMatchObject({ exitCode: 0 })
    expect(await at()).toBe(green)
  })

  it('leaves an address alone that was moved by another program meanwhile', async () => {
    await options.dns.point(blue, 8)
    const run = options.run(toGreen)
    await expect.poll(namesSoFar, { timeout: 20_000 }).toContain('step-applied')
    await options.dns.point('127.0.9.9')

    expect(await run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('somebody else has moved') })
    expect(await at()).toBe('127.0.9.9')
  })
})

describe('failover switch: name server that rejects the key', () => {
  it.each([
    ['nobody', 'it does not know a key of that name (BADKEY)'],
    ['wrong', 'it has another secret for the key of that name (BADSIG)'],
    ['idle', 'it does not let this key change the address (REFUSED)'],
  ] as const)('is reported before any change: %s', async (key, words) => {
    options.manifest({ driver: driver(key) })

    const run = await options.run(toGreen)

    expect(run).toMatchObject({ exitCode: 4, stdout: expect.stringContaining(words) })
    expect(await at()).toBe(blue)
  })

  it('that is down ends the run with exit code 3', async () => {
    options.manifest({ driver: driver('maestro', '127.0.0.9') })

    const run = await options.run(toGreen)

    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('the name server 127.0.0.9') })
  })
})

describe('failover switch: SIGINT', () => {
  it('leaves the address alone, and resume completes the switch', async () => {
    await options.dns.point(blue, 8)
    const stopped = await options.stopAt(toGreen, 'step-applied')

    const run = await options.run(['resume'])

    expect(stopped).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('maestro resume') })
    expect(run).toMatchObject({ exitCode: 0 })
    expect(await at()).toBe(green)
  })
})

describe('failover switch: SIGKILL', () => {
  it.each(['step-started', 'hook-ran', 'step-applied'])('after %s is completed by resume', async (event) => {
    await options.killAt(toGreen, event)

    const run = await options.run(['resume'])

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('changed  www.shop.test') })
    expect(await at()).toBe(green)
  })

  it('during the rollback is completed as a rollback', async () => {
    options.sites.green.answers.splice(0, 1, 200, 503)
    await options.killAt(toGreen, 'rollback-started')
    options.sites.green.answers.splice(0, 1, 200)

    const run = await options.run(['resume'])

    expect(run).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('is back where it was') })
    expect(await at()).toBe(blue)
  })
})

describe('failover.driver: key_env and key_file', () => {
  it('key_env signs the update, and its value is in no journal, output or argument', async () => {
    const { port, secret } = options.dns
    options.manifest({
      driver: `{kind: rfc2136, server: 127.0.0.1, port: ${port}, zone: shop.test, key_env: SHOP_KEY}`,
    })
    const words = join(options.folder, 'bin/words')
    options.shadow('nsupdate', `#!/bin/sh\ntr '\\0' ' ' </proc/$$/cmdline >>${words}\nexec /usr/bin/nsupdate "$@"\n`)

    const run = await options.run(toGreen, { SHOP_KEY: `hmac-sha256:maestro:${secret}` })

    expect(run.exitCode).toBe(0)
    expect(readFileSync(words, 'utf8')).toContain('-v -t')
    for (const text of [run.stdout, run.stderr, options.stateFiles(), readFileSync(words, 'utf8')])
      expect(text).not.toContain(secret)
  })

  it('key_file that others can read is rejected', async () => {
    options.shadow('open.key', readFileSync(options.dns.keys.maestro, 'utf8'))
    const { port } = options.dns
    options.manifest({
      driver: `{kind: rfc2136, server: 127.0.0.1, port: ${port}, zone: shop.test, key_file: bin/open.key}`,
    })

    const run = await options.run(toGreen)

    expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('chmod 600') })
  })
})

describe('failover.driver: command', () => {
  const program = `#!/bin/sh
cd "\${0%/*}"
case $1 in
status) printf '{"at": "%s"}' "$(cat at 2>/dev/null || echo blue)" ;;
switch) sed 's/.*"to":{"environment":"\\([a-z]*\\)".*/\\1/' >at ;;
esac
`

  it('reports the target, moves the address, and moves it back', async () => {
    options.shadow('mover', program)
    options.manifest({ driver: '{kind: command, command: ./bin/mover}', host: green })
    const there = await options.run(toGreen)
    const status = await options.run(['failover', 'status', '--output', 'json'])
    const back = await options.run(['failover', 'rollback'])

    expect(there.stdout).toContain('by command')
    expect(JSON.parse(status.stdout.split('\n')[0] ?? '')).toMatchObject({ driver: { environment: 'green' } })
    expect([there.exitCode, back.exitCode]).toEqual([0, 0])
  })

  it('with an invalid answer is reported', async () => {
    options.shadow('mover', '#!/bin/sh\necho rubbish\n')
    options.manifest({ driver: '{kind: command, command: ./bin/mover}' })

    const run = await options.run(['failover', 'status'])

    expect(run.exitCode).toBe(1)
    expect(run.stdout).toContain('it must print {"at": "blue" or "green"}')
  })
})

describe('maestro doctor: failover', () => {
  it('reports what rfc2136 needs on the controller', async () => {
    const here = await options.run(['doctor', '-e', 'blue', '--verbose'])
    const without = await options.run(['doctor', '-e', 'blue'], { PATH: join(options.folder, 'bin') })

    expect(here.stdout).toContain('failover: nsupdate')
    expect(without.stdout).toContain('apt-get install bind9-dnsutils')
  })
})
