import { execFileSync, spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openConnections } from '../../src/ssh/connect.ts'
import type { ConnectionOptions } from '../../src/ssh/connection-options.ts'
import { type Network, startNetwork } from '../support/fakes/faulty-network.ts'
import { neverAborted, serverAt, shellScript, withSession } from '../support/fixtures/ssh-client.ts'
import { freePort, pathOf } from '../support/fixtures/sshd.ts'
import { useSshServer } from '../support/fixtures/use-ssh-server.ts'
import { itNeeds } from '../support/tools.ts'

const ssh = useSshServer()

const { username: user } = userInfo()
const hasting = { timeouts: { tcpMs: 1_000, handshakeMs: 1_000, keepaliveMs: 100 } }
const logIn = (port: number, options: ConnectionOptions = ssh.client.options()) =>
  withSession(options, serverAt(port, { user }), async ({ run }) =>
    run({ ...shellScript('echo in'), timeoutMs: 30_000 }),
  )

describe('connection errors of sshd', () => {
  itNeeds(['sshd'])('report a stopped sshd that says nothing', async () => {
    const sshd = await ssh.startSshd()
    process.kill(sshd.pid, 'SIGSTOP')

    await expect(logIn(sshd.port, ssh.client.options({}, hasting))).rejects.toMatchObject({
      kind: 'timeout',
      message: `127.0.0.1:${sshd.port} accepted the connection but said nothing within 1 s`,
      hint: 'the server may be overloaded, frozen, or going down',
    })
  })

  itNeeds(['sshd'])('report an sshd with only a newer key exchange as without common algorithm', async () => {
    const sshd = await ssh.startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })

    await expect(logIn(sshd.port)).rejects.toMatchObject({
      kind: 'kex',
      message: expect.stringContaining('no algorithm in common'),
      hint: 'allow a current algorithm (curve25519-sha256, aes-gcm) in its sshd_config',
    })
  })

  itNeeds(['sshd', 'ssh-keygen'])(
    'report an sshd with only certificate host keys as in need of a plain one',
    async () => {
      const sshd = await ssh.startSshd({
        config: (folder) => {
          execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'ca')])
          const certify = ['-q', '-s', join(folder, 'ca'), '-I', 'web-1', '-h', join(folder, 'host_ed25519.pub')]
          execFileSync('ssh-keygen', certify, { stdio: 'ignore' })
          return [
            `HostCertificate ${join(folder, 'host_ed25519-cert.pub')}`,
            'HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com',
          ]
        },
      })

      await expect(logIn(sshd.port)).rejects.toMatchObject({
        kind: 'kex',
        hint: expect.stringContaining('this transport cannot use certificates'),
      })
    },
  )

  itNeeds(['sshd'])('report the methods of an sshd without publickey authentication', async () => {
    const sshd = await ssh.startSshd({ config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] })

    await expect(logIn(sshd.port)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(/takes no keys from \S+, only .*password/),
    })
  })

  itNeeds(['sshd'])('report an sshd that hangs up after MaxAuthTries', async () => {
    const sshd = await ssh.startSshd({ config: ['MaxAuthTries 1', 'AuthorizedKeysFile none'] })
    const options = ssh.client.options({ identityFiles: [ssh.client.keyFile, ssh.client.keyFile] })

    await expect(logIn(sshd.port, options)).rejects.toMatchObject({ kind: 'auth' })
  })

  itNeeds(['sshd'])('report a network that goes down during a command', async () => {
    const [finished] = await inTheMiddle((await ssh.startSshd()).port, (network) => network.goDown())

    expect(finished).toMatchObject({ ending: { how: 'connection-lost' } })
  })

  itNeeds(['sshd'])('report a network that resets the connection during a command', async () => {
    const [finished] = await inTheMiddle((await ssh.startSshd()).port, (network) => network.reset())

    expect(finished).toMatchObject({ ending: { how: 'connection-lost' } })
  })
})

describe('dropbear', () => {
  itNeeds(['dropbear', 'dropbearkey'])('is supported', async () => {
    const port = await startDropbear()
    const options = ssh.client.options({ strictHostKeyChecking: 'accept-new' })

    // It takes keys only from the file in the home folder: what it says to ours has to be enough here.
    await expect(logIn(port, options)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`127.0.0.1:${port} accepts none of our keys for ${user}`),
    })
  })
})

describe('SSH banner', () => {
  it('is waited for when it comes late', async () => {
    const server = await ssh.startUnknownServer({ behaviour: 'slow-banner' })
    ssh.client.knownHosts.push(server.knownHostsLine)

    await expect(logIn(server.port)).resolves.toMatchObject({ stdout: 'in\n' })
  })
})

// The commands that ran when the network went wrong.
async function inTheMiddle(port: number, goWrong: (network: Network) => void) {
  const network = await startNetwork(port)
  ssh.ends.push(network.stop)
  const connections = openConnections(
    ssh.client.options({ hostKeyAlias: `[127.0.0.1]:${port}` }, { timeouts: { keepaliveMs: 100 } }),
  )
  const session = await connections.connect(serverAt(network.port, { user }), neverAborted)
  const running = session.run({ ...shellScript('sleep 30'), timeoutMs: 30_000 })
  await sleep(200)
  goWrong(network)
  const finished = await running
  await session.close()
  await connections.close()
  return [finished]
}

async function startDropbear(): Promise<number> {
  const key = `${ssh.client.keyFile}.dropbear`
  execFileSync(pathOf('dropbearkey'), ['-t', 'ed25519', '-f', key], { stdio: 'ignore' })
  const port = await freePort()
  const child = spawn(pathOf('dropbear'), ['-F', '-E', '-p', `127.0.0.1:${port}`, '-r', key, '-P', `${key}.pid`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  ssh.ends.push(() => child.kill())
  await new Promise<void>((resolve) => child.stderr.once('data', () => resolve()))
  return port
}
