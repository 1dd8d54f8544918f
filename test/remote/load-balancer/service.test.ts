import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { itNeeds, shells } from '../../support/tools.ts'
import { runnerOf } from './run-script.ts'

const inputs = { command: 'check --all', url: 'http://localhost/up', socket: '/nowhere', commands: 'show stat' }

describe.each(shells())('health-check/ and load-balancer/ scripts under $name', (shell) => {
  const run = runnerOf(shell, inputs)
  const test = itNeeds([])

  test('command.sh prints the exit code of the command and its last line', () => {
    const sh = fakeServer({ tools: { sh: 'printf "%s\\n" "$2" "no database" >&2; exit 3' } })

    expect(run(sh, 'health-check/command').facts).toMatchObject({ service_exit: ['3'], service_words: ['no database'] })
  })

  test('url.sh prints the HTTP status, by curl or by wget', () => {
    const curl = fakeServer({ tools: { curl: 'printf 204' } })
    const wget = fakeServer({ tools: { wget: 'printf "  HTTP/1.1 503 Busy\\n  Server: x\\n" >&2; exit 8' } })

    expect(run(curl, 'health-check/url').facts).toMatchObject({ service_status: ['204'] })
    expect(run(wget, 'health-check/url').facts).toMatchObject({ service_status: ['503'] })
  })

  test('url.sh prints that nothing answers', () => {
    const curl = fakeServer({ tools: { curl: 'printf 000; exit 7' } })

    expect(run(curl, 'health-check/url').facts).toMatchObject({ service_status: ['none'] })
  })

  test('url.sh fails with the missing tools', () => {
    expect(run(fakeServer(), 'health-check/url').stderr).toContain('neither curl nor wget is installed')
  })

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
