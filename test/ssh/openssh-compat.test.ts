import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { MaestroError } from '../../src/base/errors.ts'
import { askSsh } from '../../src/ssh/config/ssh-config.ts'
import { openConnections } from '../../src/ssh/connect.ts'
import { knownHostsOnDisk } from '../../src/ssh/known-hosts/known-hosts-files.ts'
import { makeKeyPair, type SshServer, startSshServer, wireForm } from '../support/fakes/fake-ssh-server.ts'
import { neverAborted } from '../support/fixtures/ssh-client.ts'
import { itNeeds } from '../support/tools.ts'
import { type Case, type CaseEnvironment, cases } from './openssh-cases.ts'
import { trustCases } from './openssh-trust-cases.ts'

/** What came of it, as the servers and known_hosts saw it. */
interface Outcome {
  readonly isIn: boolean
  /** Who logged in where with which keys, in the order in which they were offered. */
  readonly seen: Readonly<Record<string, readonly string[]>>
  readonly commands: Readonly<Record<string, number>>
  readonly known: readonly string[]
}

let folder: string
let servers: Readonly<Record<'web' | 'db' | 'gate', SshServer>>
let options: CaseEnvironment
let publicKeys: readonly Buffer[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-as-ssh-'))
  process.env.MAESTRO_CASES = folder
  const pairs = [makeKeyPair(), makeKeyPair('ecdsa'), makeKeyPair()] as const
  const keys = pairs.map((pair, n) => {
    writeFileSync(join(folder, `key-${n + 1}`), pair.private, { mode: 0o600 })
    return join(folder, `key-${n + 1}`)
  }) as unknown as CaseEnvironment['keys']
  const [one, two, three] = pairs.map((pair) => wireForm(pair.public)) as [Buffer, Buffer, Buffer]
  publicKeys = [one, two, three]
  const hostKeyType = ['ed25519', 'ecdsa'] as const
  const [web, db, gate] = await Promise.all(
    [[one, two], [two], [one, two, three]].map((allowed) => startSshServer({ allowed, hostKeyType })),
  )
  if (web === undefined || db === undefined || gate === undefined) throw new Error('no servers')
  servers = { web, db, gate }
  options = {
    folder,
    keys,
    web: web.port,
    db: db.port,
    gate: gate.port,
    line: (server, { name = `[127.0.0.1]:${servers[server].port}`, type = 'ed25519', marker = '' } = {}) => {
      const [ed25519 = '', ecdsa = ''] = servers[server].knownHostsLine.split('\n')
      const [, algorithm, key] = (type === 'ed25519' ? ed25519 : ecdsa).split(' ')
      return `${marker}${name} ${algorithm} ${key}`
    },
  }
}, 30_000)
afterAll(async () => {
  await Promise.all(Object.values(servers).map(({ stop }) => stop()))
  delete process.env.MAESTRO_CASES
  rmSync(folder, { recursive: true })
})

describe('maestro and ssh', () => {
  for (const [title, make] of Object.entries({ ...cases, ...trustCases })) {
    itNeeds(['ssh'])(
      `agree on address, user, keys and result: ${title}`,
      async () => {
        const one = make(options)

        const bySsh = await observe(one, runSsh)
        const byMaestro = await observe(one, runMaestro)

        expect(byMaestro).toEqual(bySsh)
      },
      30_000,
    )
  }
})

async function observe(one: Case, run: (one: Case) => Promise<boolean>): Promise<Outcome> {
  prepare(one)
  for (const { commands, offers } of Object.values(servers)) {
    commands.splice(0)
    offers.splice(0)
  }
  const isIn = await run(one)
  const perServer = <T>(tell: (server: SshServer) => T) =>
    Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, tell(server)]))
  const lines = readFileSync(join(folder, 'known_hosts'), 'utf8').trim().split('\n').sort()
  return {
    isIn,
    seen: perServer(loginsAt),
    commands: perServer(({ commands }) => commands.length),
    known: one.isHashed ? lines.map((line) => line.replace(/^\|1\|\S+/, 'hashed')) : lines,
  }
}

function prepare({ config, files = {}, links = {}, known = everything() }: Case): void {
  writeFileSync(
    join(folder, 'config'),
    `${config}\n\nMatch all\n  UserKnownHostsFile ${folder}/known_hosts\n  GlobalKnownHostsFile /dev/null\n`,
  )
  writeFileSync(join(folder, 'known_hosts'), known === '' ? '' : `${known}\n`)
  for (const [name, target] of Object.entries(links))
    if (!existsSync(join(folder, name))) symlinkSync(target, join(folder, name))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), `${text}\n`)
  }
}

const everything = () => (['web', 'db', 'gate'] as const).map((server) => options.line(server)).join('\n')

// Each key once, though it is offered first and signed with afterwards; ssh's own "none" is no login.
function loginsAt({ offers }: SshServer): readonly string[] {
  const tell = ({ user, key, isSigned }: (typeof offers)[number]) => {
    const name = `key-${publicKeys.findIndex((data) => key !== undefined && data.equals(key)) + 1}`
    return `${user} ${isSigned ? 'signs with' : 'offers'} ${name}`
  }
  return offers.filter(({ method }) => method === 'publickey').map(tell)
}

function runSsh({ host = 'app', user, port, identityFiles = [] }: Case): Promise<boolean> {
  const args = [
    ...['-F', join(folder, 'config'), '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...identityFiles.flatMap((path) => ['-i', path]),
  ]
  const { SSH_AUTH_SOCK: _, ...env } = process.env
  return new Promise((resolve) => {
    const child = spawn('ssh', [...args, host, 'true'], { env, stdio: 'ignore' })
    child.on('close', (code) => resolve(code === 0))
  })
}

async function runMaestro({ host = 'app', user, port, identityFiles }: Case): Promise<boolean> {
  const connections = openConnections({
    local: { home: homedir(), localUser: userInfo().username, agentSocket: undefined, env: process.env },
    hostOptions: (question) => askSsh({ ...question, configFile: join(folder, 'config') }),
    knownHosts: knownHostsOnDisk(),
  })
  const server = {
    ...{ name: host, host, groups: ['docker'], spare: false },
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
  }
  try {
    const session = await connections.connect(server, neverAborted)
    const command = { command: 'true', stdin: '', timeoutMs: 10_000, limitBytes: 1_000 }
    const { ending } = await session.run(command).finally(session.close)
    return ending.how === 'exited' && ending.code === 0
  } catch (error) {
    if (error instanceof MaestroError) return false
    throw error
  } finally {
    await connections.close()
  }
}
