import { describe, expect } from 'vitest'
import { itNeeds, shells } from '../../support/tools.ts'
import { aServer } from '../a-server.ts'
import { runnerOf } from './run-script.ts'

const inputs = { command: 'check --all', url: 'http://localhost/up', socket: '/nowhere', commands: 'show stat' }

describe.each(shells())('the scripts of a service under $name', (shell) => {
  const run = runnerOf(shell, inputs)
  const test = itNeeds([])

  test('tell how the command ended, and its last line', () => {
    const sh = aServer({ tools: { sh: 'printf "%s\\n" "$2" "no database" >&2; exit 3' } })

    expect(run(sh, 'command').facts).toMatchObject({ service_exit: ['3'], service_words: ['no database'] })
  })

  test('tell the status of a url, by curl or by wget', () => {
    const curl = aServer({ tools: { curl: 'printf 204' } })
    const wget = aServer({ tools: { wget: 'printf "  HTTP/1.1 503 Busy\\n  Server: x\\n" >&2; exit 8' } })

    expect(run(curl, 'url').facts).toMatchObject({ service_status: ['204'] })
    expect(run(wget, 'url').facts).toMatchObject({ service_status: ['503'] })
  })

  test('tell that nobody answers at a url', () => {
    const curl = aServer({ tools: { curl: 'printf 000; exit 7' } })

    expect(run(curl, 'url').facts).toMatchObject({ service_status: ['none'] })
  })

  test('say what is missing where no tool can ask', () => {
    expect(run(aServer(), 'url').stderr).toContain('neither curl nor wget is installed')
  })

  test('tell the addresses of the server, those of IPv6 too', () => {
    const ip = `printf '%s\\n' '2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0' '2: eth0    inet6 fd00::11/64 scope global'`

    expect(run(aServer({ tools: { ip } }), 'addresses').facts).toMatchObject({ address: ['10.0.0.11', 'fd00::11'] })
  })

  test('say that the socket of HAProxy is not there', () => {
    expect(run(aServer(), 'haproxy').stderr).toContain('there is no socket /nowhere: is HAProxy running?')
  })
})
