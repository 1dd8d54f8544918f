// SSH servers that cost next to nothing, in a process of their own: N ports on loopback that answer every command from memory.
// Prints one JSON line with its ports and its known_hosts, and ends when its stdin closes.
import ssh2 from 'ssh2'

const [, , count = '1', answer = ''] = process.argv
const { private: hostKey, public: publicKey } = makeKey()
const ports = []

for (let left = Number(count); left > 0; left -= 1) {
  const server = new ssh2.Server({ hostKeys: [hostKey], algorithms: { kex: ['curve25519-sha256'] } }, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (request) =>
      request.method === 'publickey' ? request.accept() : request.reject(['publickey']),
    )
    client.on('session', (accept) => accept().on('exec', (acceptExec) => reply(acceptExec())))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  ports.push(server.address().port)
}
const key = publicKey.split(' ').slice(0, 2).join(' ')
process.stdout.write(`${JSON.stringify({ ports, knownHosts: ports.map((port) => `[127.0.0.1]:${port} ${key}`) })}\n`)
process.stdin.resume().on('end', () => process.exit(0))

function reply(channel) {
  channel.on('error', () => undefined)
  channel.resume().on('end', () => {
    channel.write(answer)
    channel.exit(0)
    channel.close()
  })
}

// ssh2 1.17 writes an ed25519 key now and then that it cannot read itself.
function makeKey() {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return ssh2.utils.parseKey(pair.private) instanceof Error ? makeKey() : pair
}
