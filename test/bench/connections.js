// What a connection and one command cost the client: maestro against a loop over the system's ssh, same servers, same key
// exchange, same number at a time. Servers run in a process of their own, on the other core where taskset is there.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import ssh2 from 'ssh2'
import { bundleForBench } from './bundle-for-bench.js'
import { median } from './median.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const connections = 300
const openAtOnce = 1000
const concurrency = 16
const rounds = 3
const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
const onCore = (core) => (has('taskset') ? ['taskset', '-c', core] : [])

/** Rows of the table; says what is not measured where there is no ssh. */
export async function benchConnections() {
  if (!has('ssh')) return [{ what: 'connections', figure: 'not measured: there is no ssh here' }]
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const servers = await startServers()
  try {
    const measure = await makeMeasure(folder, servers)
    return [
      ...compare('without ssh config', measure, 'none'),
      ...compare('with ssh config', measure, writeConfig(folder)),
      ...holdOpen(measure),
    ]
  } finally {
    servers.child.stdin.end()
    rmSync(folder, { recursive: true })
  }
}

function compare(name, measure, sshConfig) {
  const pairs = Array.from({ length: rounds }, () =>
    ['maestro', 'ssh'].map((what) => measure(what, { sshConfig, count: connections })),
  )
  const of = (index, key) => median(pairs.map((pair) => pair[index][key]))
  const perConnection = (index) => of(index, 'cpuMs') / connections
  const ratio = perConnection(0) / perConnection(1)
  const p99 = of(0, 'delayP99Ms')
  return [
    { what: `CPU per connection, ${name}: ssh`, figure: `${perConnection(1).toFixed(2)} ms` },
    { what: `CPU per connection, ${name}: maestro`, figure: `${perConnection(0).toFixed(2)} ms` },
    { what: `maestro / ssh, ${name}`, figure: ratio.toFixed(2), limit: 'at most 0.5', isWithin: ratio <= 0.5 },
    { what: `event loop delay p99, ${name}`, figure: `${p99.toFixed(1)} ms`, limit: 'at most 50', isWithin: p99 <= 50 },
  ]
}

function holdOpen(measure) {
  const { rssBytes } = measure('open', { sshConfig: 'none', count: openAtOnce })
  return [{ what: `memory with ${openAtOnce} connections open`, figure: `${Math.round(rssBytes / 1024 / 1024)} MB` }]
}

async function startServers() {
  const [file, ...args] = [...onCore('1'), process.execPath, `${here}light-server.js`, String(openAtOnce)]
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await new Promise((resolve) => createInterface(child.stdout).once('line', (text) => resolve([text])))
  return { child, ...JSON.parse(line) }
}

async function makeMeasure(folder, { ports, knownHosts }) {
  const client = join(folder, 'client.mjs')
  await bundleForBench('client.ts', client)
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, makeKey())
  chmodSync(keyFile, 0o600)
  const knownHostsFile = join(folder, 'known_hosts')
  writeFileSync(knownHostsFile, `${knownHosts.join('\n')}\n`)
  return (what, { sshConfig, count }) => {
    const config = join(folder, 'config.json')
    writeFileSync(
      config,
      JSON.stringify({ ports: ports.slice(0, count), keyFile, knownHostsFile, sshConfig, concurrency }),
    )
    const [file, ...args] = [...onCore('0'), process.execPath, client, what, config]
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${what}: ${stderr}`)
    return Object.assign(
      {},
      ...stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    )
  }
}

// A config as people have it: a few Host blocks, one of which matches.
function writeConfig(folder) {
  const path = join(folder, 'ssh_config')
  const blocks = Array.from(
    { length: 50 },
    (_, index) => `Host server-${index}\n  HostName 203.0.113.${index}\n  User deploy\n`,
  )
  writeFileSync(path, `${blocks.join('')}Host 127.*\n  ServerAliveInterval 15\nHost *\n  ServerAliveCountMax 3\n`)
  return path
}

// ssh2 1.17 writes an ed25519 key now and then that it cannot read itself.
function makeKey() {
  const { private: text } = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(text) instanceof Error ? makeKey() : text
}
