// One measured client: connects to every port, runs one command on each, and prints what that cost this process and its children.
// usage: client.js maestro|open|ssh CONFIG.json   (config: ports, keyFile, knownHostsFile, sshConfig)
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { HostOptions } from '../../src/ssh/config/host-options.ts'
import { askSsh, optionsWithoutConfig } from '../../src/ssh/config/ssh-config.ts'
import { type Connections, openConnections } from '../../src/ssh/connect.ts'
import { knownHostsOnDisk } from '../../src/ssh/known-hosts/known-hosts-files.ts'

type Config = { ports: number[]; keyFile: string; knownHostsFile: string; sshConfig: string; concurrency: number }

const [, , what = '', file = ''] = process.argv
const config = JSON.parse(readFileSync(file, 'utf8')) as Config
const never = new AbortController().signal
const command = { command: 'sh -s', stdin: 'true\n', timeoutMs: 60_000, limitBytes: 65_536 }

function connections(): Connections {
  const { keyFile, knownHostsFile, sshConfig, concurrency } = config
  const mine: Partial<HostOptions> = {
    identityFiles: [keyFile],
    knownHostsFiles: [knownHostsFile],
    globalKnownHostsFiles: [],
  }
  return openConnections({
    local: { home: '/nonexistent', localUser: 'bench', agentSocket: undefined },
    hostOptions: async (question) =>
      sshConfig === 'none'
        ? { ...optionsWithoutConfig(question, 'bench'), ...mine }
        : { ...(await askSsh({ ...question, configFile: sshConfig })), ...mine },
    knownHosts: knownHostsOnDisk(),
    limits: { sessions: what === 'open' ? config.ports.length : concurrency, connecting: concurrency },
  })
}

const serverAt = (port: number) => ({
  name: `s${port}`,
  host: '127.0.0.1',
  port,
  user: 'bench',
  groups: ['bench'],
  spare: false,
})

async function runMaestro(): Promise<void> {
  const all = connections()
  await Promise.all(
    config.ports.map(async (port) => {
      const session = await all.connect(serverAt(port), never)
      const { ending } = await session.run(command)
      if (ending.how !== 'exited' || ending.code !== 0) throw new Error(JSON.stringify(ending))
      await session.close()
    }),
  )
  await all.close()
}

async function holdOpen(): Promise<void> {
  const all = connections()
  const sessions = await Promise.all(config.ports.map((port) => all.connect(serverAt(port), never)))
  report({ rssBytes: process.memoryUsage().rss })
  await Promise.all(sessions.map(({ close }) => close()))
  await all.close()
}

async function runSsh(): Promise<void> {
  const left = [...config.ports]
  const worker = async () => {
    for (let port = left.shift(); port !== undefined; port = left.shift()) await oneSsh(port)
  }
  await Promise.all(Array.from({ length: config.concurrency }, worker))
}

function oneSsh(port: number): Promise<void> {
  const { keyFile, knownHostsFile, sshConfig } = config
  const options = [
    'BatchMode=yes',
    'KexAlgorithms=curve25519-sha256',
    `UserKnownHostsFile=${knownHostsFile}`,
    'IdentitiesOnly=yes',
  ]
  const args = [
    '-F',
    sshConfig,
    '-i',
    keyFile,
    '-p',
    String(port),
    '-l',
    'bench',
    ...options.flatMap((option) => ['-o', option]),
  ]
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', [...args, '127.0.0.1', 'sh -s'], { stdio: ['pipe', 'ignore', 'inherit'] })
    child.stdin.end('true\n')
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ssh ended with ${code}`))))
  })
}

const report = (figures: object) => process.stdout.write(`${JSON.stringify(figures)}\n`)

// What the children cost is known once they have been waited for: cutime and cstime of /proc/self/stat, in ticks of 10 ms.
function childrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

const works = { maestro: runMaestro, open: holdOpen, ssh: runSsh }
const delay = monitorEventLoopDelay({ resolution: 1 })
const before = process.cpuUsage()
const began = performance.now()
delay.enable()
await works[what as keyof typeof works]()
delay.disable()
const { user, system } = process.cpuUsage(before)
report({
  wallMs: performance.now() - began,
  cpuMs: (user + system) / 1000 + childrenCpuMs(),
  delayP99Ms: delay.percentile(99) / 1e6,
})
