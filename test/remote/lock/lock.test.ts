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
  recipe: '{}',
  takes_over: '',
  despite: 'no',
}
const bob = { ...ana, run: '20261123-0901-bob1', controller: 'b', owner: 'bob@ops-2' }
const units = { systemctl: 'echo maestro-20261123-0900-ana1-upgrade.service loaded active running' }

// Its name may hold anything: what is counted begins behind it.
const statOfThis = () => ['', '', ...(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [])]

const textOf = (name: Name, inputs: Inputs) => makeScript({ files: lockFiles[name], inputs, nonce })

describe.each(shells())('the lock of a server under $name', (shell) => {
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
    readReleased(ask(server, 'release', { run, controller, despite: 'no', ...inputs }))
  const fallQuiet = ({ root }: FakeServer, forMs = 11 * 60_000) => {
    const since = new Date(Date.now() - forMs)
    utimesSync(`${root}/var/lib/maestro/lock/heartbeat`, since, since)
  }

  it('is taken where it is free, and told to who comes next', () => {
    const server = fakeServer()

    const answers = [take(server), take(server, bob)]

    expect(answers).toMatchObject([
      { isTaken: true, before: undefined },
      { isTaken: false, before: { run: ana.run, owner: 'ana@ops-1', busy: [] } },
    ])
  })

  it('is taken again by who has it', () => {
    const server = fakeServer()
    take(server)

    expect(take(server).isTaken).toBe(true)
  })

  it('is kept from another controller of the same run that does not know the first to be gone', () => {
    const server = fakeServer()
    take(server)

    const [unaware, aware] = [
      take(server, { ...ana, controller: 'b', takes_over: ana.run }),
      take(server, { ...ana, controller: 'b', takes_over: ana.run, despite: 'yes' }),
    ]

    expect([unaware.isTaken, aware.isTaken]).toEqual([false, true])
  })

  it('is taken over only when that is wanted and the other gives no sign of life', () => {
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

  it('is not taken over while something of the other run works there, but by that run itself', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: units })
    take(server)
    fallQuiet(server)

    const another = take(server, { ...bob, takes_over: ana.run, despite: 'yes' })
    const resumed = take(server, { ...ana, controller: 'c', takes_over: ana.run, despite: 'yes' })

    expect(another).toMatchObject({ isTaken: false, before: { busy: ['maestro-20261123-0900-ana1-upgrade.service'] } })
    expect(resumed.isTaken).toBe(true)
  })

  it('is not taken over while systemd cannot say what works there, but by that run itself', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: { systemctl: 'exit 1' } })
    take(server)
    fallQuiet(server)

    const another = take(server, { ...bob, takes_over: ana.run, despite: 'yes' })
    const resumed = take(server, { ...ana, controller: 'c', takes_over: ana.run, despite: 'yes' })

    expect(another).toMatchObject({ isTaken: false, before: { busy: ['systemd-that-does-not-answer'] } })
    expect(resumed.isTaken).toBe(true)
  })

  it('knows of a job that works there without a unit', () => {
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

  it('keeps a copy of what was begun, and the mark of a drain', () => {
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

  it('tells another controller what was wanted and begun, however long that is', () => {
    const server = fakeServer()
    const spec = asciiJson({
      name: 'upgrade',
      options: { services: Array.from({ length: 300 }, (_, n) => `web ${n}`) },
    })
    take(server, { ...ana, recipe: spec })
    const events = ['{"event":"begun"}', asciiJson({ before: 'ü'.repeat(3000) }), '{"event":"released"}']
    for (const event of events) record(server, event)

    const facts = ask(server, 'copy', { run })

    expect(readCopy(facts)).toEqual({ recipe: spec, events })
    expect(readCopy(ask(server, 'copy', { run: 'another' }))).toBeUndefined()
  })

  it('lets nobody write who has lost it', () => {
    const server = fakeServer()
    take(server)
    fallQuiet(server)
    take(server, { ...bob, takes_over: ana.run })

    expect(() => record(server, '{}')).toThrow('was taken over by bob@ops-2 (run 20261123-0901-bob1)')
    release(server, { run: bob.run, controller: 'b' })
    expect(() => record(server, '{}')).toThrow('somebody has unlocked the server')
  })

  it('is given back by who has it and by nobody else', () => {
    const server = fakeServer()
    take(server)

    const answers = [release(server, { controller: 'b' }), release(server), release(server)]

    expect(answers.map(({ isReleased }) => isReleased)).toEqual([false, true, false])
    expect(take(server, bob).isTaken).toBe(true)
  })

  it('is kept while something of the run works there, unless that is wanted', () => {
    const server = fakeServer({ files: { 'run/systemd/system': null }, tools: units })
    take(server)

    const answers = [release(server), release(server, { controller: '', despite: 'yes' })]

    expect(answers.map(({ isReleased }) => isReleased)).toEqual([false, true])
  })

  it('drops what is older than 90 days and a run, and nothing else', () => {
    const old = ['20260101-0000-aaaa', '20260102-0000-bbbb', 'drained', 'guarded']
    const server = fakeServer({ files: Object.fromEntries(old.map((name) => [`var/lib/maestro/${name}`, null])) })
    take(server)
    for (const name of old) utimesSync(`${server.root}/var/lib/maestro/${name}`, 1e9, 1e9)

    release(server)

    expect(old.filter((name) => existsSync(`${server.root}/var/lib/maestro/${name}`))).toEqual(['drained', 'guarded'])
  })

  it('goes to one of many who come at once', async () => {
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
