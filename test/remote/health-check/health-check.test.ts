import { describe, expect } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { runnerOf } from '../../support/fixtures/run-remote-script.ts'
import { itNeeds, shells } from '../../support/tools.ts'

describe.each(shells())('health-check/ scripts under $name', (shell) => {
  const run = runnerOf(shell, { command: 'check --all', url: 'http://localhost/up' })
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
})
