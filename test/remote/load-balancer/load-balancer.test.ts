import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { runnerOf } from '../../support/fixtures/run-remote-script.ts'
import { itNeeds, shells } from '../../support/tools.ts'

const inputs = { socket: '/nowhere', commands: 'show stat' }

describe.each(shells())('load-balancer/ scripts under $name', (shell) => {
  const run = runnerOf(shell, inputs)
  const test = itNeeds([])

  test('addresses.sh prints IPv4 and IPv6 addresses', () => {
    const ip = `printf '%s\\n' '2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0' '2: eth0    inet6 fd00::11/64 scope global'`

    expect(run(fakeServer({ tools: { ip } }), 'load-balancer/addresses').facts).toMatchObject({
      address: ['10.0.0.11', 'fd00::11'],
    })
  })

  test('haproxy.sh sends commands to the socket with socat, and fails where that is missing', async () => {
    const server = fakeServer({ tools: { socat: 'read -r words; echo "$4 $words"; echo web-1 2 0' } })
    const socket = join(server.root, 'haproxy.sock')
    const listener = createServer().listen(socket)
    onTestFinished(() => void listener.close())
    await once(listener, 'listening')
    const ask = runnerOf(shell, { ...inputs, socket })

    expect(ask(server, 'load-balancer/haproxy').facts).toMatchObject({
      haproxy: [`UNIX-CONNECT:${socket} show stat`, 'web-1 2 0'],
    })
    rmSync(join(server.root, '../bin/socat'))
    expect(ask(server, 'load-balancer/haproxy').stderr).toContain('socat is not installed')
  })

  test('haproxy.sh fails when the socket is missing', () => {
    expect(run(fakeServer(), 'load-balancer/haproxy').stderr).toContain(
      'there is no socket /nowhere: is HAProxy running?',
    )
  })
})
