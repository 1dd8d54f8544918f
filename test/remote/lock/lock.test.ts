import { spawn } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asciiJson } from '../../../src/base/json.ts'
import { lockFiles, readCopy, readReleased, readTaken } from '../../../src/remote/lock/lock.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

type Name = keyof typeof lockFiles
type Inputs = Readonly<Record<string, string>>

const nonce = 'c0ffee'
const ana = {
  run: '20261123-0900-ana1',
  controller: 'a',
  owner: 'ana@ops-1',
  spec: '{}',
  takes_over: '',
  force: 'no',
}
const bob = { ...ana, run: '20261123-0901-bob1', controller: 'b', owner: 'bob@ops-2' }
const units = { systemctl: 'echo maestro-20261123-0900-ana1-upgrade.service loaded active running' }

// Its name may hold anything: what is counted begins behind it.
const statOfThis = () => ['', '', ...(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [])]

const textOf = (name: Name, inputs: Inputs) => makeScript({ files: lockFiles[name], inputs, nonce })

describe.each(shells())('lock/ scripts under $name', (shell) => {
  const ask = (server: FakeServer, name: Name, inputs: Inputs) => {
    const { stdout, stderr, status } = server.run(textOf(name, inputs), shell)
    if (status !== 0) throw new Error(stderr)
    return parseResponse(stdout, nonce)
  }
  const take = (server: FakeServer, inputs: Inputs = ana) => readTaken(ask(server, 'take', inputs))
  const { run, controller } = ana
  const record = (server: FakeServer, event: string, drained = '') =>
    ask(server, 'record', { run, controller, event, drained })
  const release = (server: FakeServer, inputs: Inputs = {}) =>
    readReleased(ask(server, 'release', { run, controller, force: 'no', ...inputs }))
  const fallQuiet = ({ root }: FakeServer, forMs = 11 * 60_000) => {
    const since = new Date(Date.now() - forMs)
    utimesSync(`${root}/var/lib/maestro/lock/heartbeat`, since, since)
  }

  it('take.sh takes a free lock and prints its owner to the next caller', () => {
    const server = fakeServer()

    const answers = [take(server), take(server, bob)]

    expect(answers).toMatchObject([
      { isTaken: true, before: undefined },
      { isTaken: false, before: { run: ana.run, owner: 'ana@ops-1', busy: [] } },
    ])
  })

  it('take.sh takes the lock again for its owner', () => {
    const server = fakeServer()
    take(server)

    expect(take(server).isTaken).toBe(true)
  })

  it('take.sh refuses another controller of the same run while the first may be alive', () => {
    const server = fakeServer()
    take(server)

    const [unaware, aware] = [
      take(server, { ...ana, controller: 'b', takes_over: ana.run }),
      take(server, { ...ana, controller: 'b', takes_over: ana.run, force: 'yes' }),
    ]

    expect([unaware.isTaken, aware.isTaken]).toEqual([false, true])
  })

  it('take.sh takes a lock over only when asked to and its owner is silent', () => {
    const server = fakeServer()
    take(server)
    fallQuiet(server, 9 * 60_000)
    const alive = take(server, { ...bob, takes_over: ana.run })
    fallQuiet(server)

    const answers = [take(server, bob), take(server, { ...bob, takes_over: 'another' })]
    const last = take(server, { ...bob, takes_over: ana.run })

    expect([alive, ...answers, last].map(({ isTaken }) => isTaken)).toEqual([false, false, false, true])
    expect(take(server, ana)).toMatchObject({ isTaken: false, before: { owner: 'bob@ops-2' } })
  })

  it('take.sh takes over no lock of another run with a running job', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: units })
    take(server)
    fallQuiet(server)

    const another = take(server, { ...bob, takes_over: ana.run, force: 'yes' })
    const resumed = take(server, { ...ana, controller: 'c', takes_over: ana.run, force: 'yes' })

    expect(another).toMatchObject({ isTaken: false, before: { busy: ['maestro-20261123-0900-ana1-upgrade.service'] } })
    expect(resumed.isTaken).toBe(true)
  })

  it('take.sh takes over no lock of another run while systemd does not answer', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: { systemctl: 'exit 1' } })
    take(server)
    fallQuiet(server)

    const another = take(server, { ...bob, takes_over: ana.run, force: 'yes' })
    const resumed = take(server, { ...ana, controller: 'c', takes_over: ana.run, force: 'yes' })

    expect(another).toMatchObject({ isTaken: false, before: { busy: ['systemd-that-does-not-answer'] } })
    expect(resumed.isTaken).toBe(true)
  })

  it('take.sh detects a running job without a unit', () => {
    const [start, boot] = [statOfThis().at(21), readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()]
    const begun = (ticks?: string) => `pid=${process.pid}\nstart=${ticks}\nboot=${boot}\ninvocation=\n`
    const home = `var/lib/maestro/${run}`
    const server = fakeServer({ files: { [`${home}/upgrade.begun`]: begun(start), [`${home}/old.begun`]: begun('1') } })
    symlinkSync('/proc', `${server.root}/proc`)
    take(server)
    fallQuiet(server)

    expect(take(server, { ...bob, takes_over: ana.run })).toMatchObject({
      isTaken: false,
      before: { busy: ['upgrade'] },
    })
  })

  it('record.sh keeps a copy of each started step, and the mark of a drain', () => {
    const server = fakeServer()
    take(server)
    fallQuiet(server)

    record(server, '{"event":"begun"}', 'yes')

    const home = `${server.root}/var/lib/maestro`
    expect(readFileSync(`${home}/${run}/events`, 'utf8')).toBe('{"event":"begun"}\n')
    expect(existsSync(`${home}/drained/${run}`)).toBe(true)
    expect(take(server, bob).before?.quietSeconds).toBeLessThan(60)
    record(server, '', 'no')
    expect(existsSync(`${home}/drained/${run}`)).toBe(false)
  })

  it('copy.sh prints the plan and the started steps to another controller', () => {
    const server = fakeServer()
    const spec = asciiJson({
      name: 'upgrade',
      options: { services: Array.from({ length: 300 }, (_, n) => `web ${n}`) },
    })
    take(server, { ...ana, spec: spec })
    const events = ['{"event":"begun"}', asciiJson({ before: 'ü'.repeat(3000) }), '{"event":"released"}']
    for (const event of events) record(server, event)

    const facts = ask(server, 'copy', { run })

    expect(readCopy(facts)).toEqual({ spec: spec, events })
    expect(readCopy(ask(server, 'copy', { run: 'another' }))).toBeUndefined()
  })

  it('record.sh refuses a controller that lost the lock', () => {
    const server = fakeServer()
    take(server)
    fallQuiet(server)
    take(server, { ...bob, takes_over: ana.run })

    expect(() => record(server, '{}')).toThrow('was taken over by bob@ops-2 (run 20261123-0901-bob1)')
    release(server, { run: bob.run, controller: 'b' })
    expect(() => record(server, '{}')).toThrow('somebody has unlocked the server')
  })

  it('release.sh releases the lock for its owner only', () => {
    const server = fakeServer()
    take(server)

    const answers = [release(server, { controller: 'b' }), release(server), release(server)]

    expect(answers.map(({ isReleased }) => isReleased)).toEqual([false, true, false])
    expect(take(server, bob).isTaken).toBe(true)
  })

  it('release.sh keeps the lock while a job of the run works, unless force is given', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: units })
    take(server)

    const answers = [release(server), release(server, { controller: '', force: 'yes' })]

    expect(answers.map(({ isReleased }) => isReleased)).toEqual([false, true])
  })

  it('release.sh deletes runs older than 90 days and nothing else', () => {
    const old = ['20260101-0000-aaaa', '20260102-0000-bbbb', 'drained', 'guarded']
    const server = fakeServer({ files: Object.fromEntries(old.map((name) => [`var/lib/maestro/${name}`, null])) })
    take(server)
    for (const name of old) utimesSync(`${server.root}/var/lib/maestro/${name}`, 1e9, 1e9)

    release(server)

    expect(old.filter((name) => existsSync(`${server.root}/var/lib/maestro/${name}`))).toEqual(['drained', 'guarded'])
  })

  it('take.sh gives the lock to one of many concurrent callers', async () => {
    const server = fakeServer()
    const [file = 'sh', ...args] = shell.command
    const comers = Array.from({ length: 12 }, (_, index) => ({ ...ana, run: `r-${index}`, controller: `c-${index}` }))

    const answers = await Promise.all(
      comers.map((inputs) => {
        const child = spawn(file, [...args, '-s'], { env: { PATH: process.env.PATH, MAESTRO_ROOT: server.root } })
        child.stdin.end(textOf('take', inputs))
        let stdout = ''
        child.stdout.on('data', (data) => (stdout += data))
        return new Promise<string>((resolve) => child.on('close', () => resolve(stdout)))
      }),
    )

    const taken = answers.map((answer) => readTaken(parseResponse(answer, nonce)))
    expect(taken.filter(({ isTaken }) => isTaken)).toHaveLength(1)
  })
})
