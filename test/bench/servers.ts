// Light servers with one port and addresses of their own (127.1.x.y), in a process of their own: looks are answered from memory with
// what a practice server would say, everything else with a line. Lays a key, known_hosts and a manifest into the folder, prints
// one JSON line with port and addresses, and ends when its stdin closes.
// usage: servers.js FOLDER COUNT LATENCY_MS
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { env, platform } from 'node:process'
import ssh2 from 'ssh2'
import { labFleet } from '../../src/lab/fleet-definition.ts'
import { makeInMemoryResponses } from '../../src/lab/in-memory/responses.ts'
import { serveInMemory } from '../../src/lab/in-memory/serve.ts'
import { makeKeyPair, publicLine, wireForm } from '../../src/lab/key-pair.ts'
import { layOutTools } from '../../src/lab/stand-ins.ts'

const [, , folder = '', count = '1', latency = '0'] = process.argv
const latencyMs = Number(latency)
layOutTools(folder, { searchPath: env.PATH ?? '', platform })
const [key, hostKey] = [makeKeyPair(), makeKeyPair()]
const answers = makeInMemoryResponses(folder)
const otherwise = { stdout: 'no restart is due\n', stderr: '', code: 0 }
// All are of one kind, as most fleets are: a web server.
const [web] = labFleet(1)
if (web === undefined) throw new Error('there is no practice server')

const ssh = new ssh2.Server({ hostKeys: [hostKey.private], algorithms: { kex: ['curve25519-sha256'] } }, (client) =>
  serveInMemory(client, {
    allowed: wireForm(key),
    delayMs: 0,
    answer: (asked) => answers(web, asked),
    otherwise,
  }),
)

const addresses = Array.from(
  { length: Number(count) },
  (_, index) => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
)
const port = await listen(addresses[0] ?? '', 0)
for (const address of addresses.slice(1)) await listen(address, port)

function listen(address: string, wanted: number): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined)
    if (latencyMs > 0) answerLate(socket)
    ssh.injectSocket(socket)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, address, () => resolve((server.address() as AddressInfo).port))
  })
}

// As over a line of that latency: whatever the server says arrives so much later.
function answerLate(socket: Socket): void {
  const write = socket.write.bind(socket)
  const end = socket.end.bind(socket)
  const late: typeof socket.write = (data: Uint8Array | string) => {
    setTimeout(() => socket.destroyed || write(data), latencyMs)
    return true
  }
  socket.write = late
  socket.end = () => {
    setTimeout(() => end(), latencyMs)
    return socket
  }
}

const entries = addresses.map(
  (address, index) => `  - server: {unique_name: s${index + 1}, address: ${address}, port: ${port}}\n`,
)
const settings = 'user: deploy, config: none, identity_file: key, known_hosts: known_hosts'
writeFileSync(`${folder}/key`, key.private, { mode: 0o600 })
writeFileSync(`${folder}/known_hosts`, `[127.1.*]:${port} ${publicLine(hostKey)}\n`)
const manifest = (limits: string) => `docker:\n  servers:\n${entries.join('')}maestro:\n  ssh: {${settings}${limits}}\n`
writeFileSync(`${folder}/Manifest.yml`, manifest(''))
writeFileSync(`${folder}/wide.yml`, manifest(', max_connecting: 64, max_sessions: 128'))
process.stdout.write(`${JSON.stringify({ port, addresses })}\n`)
process.stdin.resume().on('end', () => process.exit(0))
