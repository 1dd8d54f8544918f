import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const hooks = fileURLToPath(new URL('../fixtures/hooks', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-hooks-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const report = (exitCode: number, servers: object) =>
  JSON.stringify({ version: 1, command: 'deploy', run: '20261123-020000-k3f9', manifest: '/m', exitCode, servers })

/** What a stand-in of that tool got: its arguments, and its stdin. */
function run(hook: string, tool: string, stdin: string) {
  writeFileSync(join(folder, tool), `#!/bin/sh\nprintf '%s\\n' "$@" >${folder}/words\ncat >${folder}/stdin\n`)
  chmodSync(join(folder, tool), 0o755)
  mkdirSync(join(folder, '.config/maestro'), { recursive: true })
  writeFileSync(join(folder, '.config/maestro/slack-webhook'), 'https://hooks.example.com/secret\n')
  const env = {
    PATH: `${folder}:${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: folder,
    MAIL_TO: 'ops@example.com',
  }
  const { status, stderr } = spawnSync(join(hooks, hook), { env, input: stdin, encoding: 'utf8' })
  const textOf = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      return undefined
    }
  }
  return { status, stderr, words: textOf('words'), stdin: textOf('stdin') }
}

describe('fixtures/hooks: mail example', () => {
  it('mails what failed, with the command to resume', () => {
    const servers = {
      'web-1': { status: 'failed', step: 'reboot', why: 'it is gone' },
      'web-2': { status: 'unchanged' },
    }

    const mailed = run('mail-report.sh', 'mail', report(1, servers))

    expect(mailed).toMatchObject({ status: 0, words: '-s\nmaestro deploy: exit 1\nops@example.com\n' })
    expect(mailed.stdin).toContain('web-1  failed  reboot  it is gone')
    expect(mailed.stdin).toContain('maestro resume 20261123-020000-k3f9')
    expect(mailed.stdin).not.toContain('web-2')
  })

  it('mails nothing when nothing was changed and nothing failed', () => {
    expect(run('mail-report.sh', 'mail', report(0, { 'web-1': { status: 'unchanged' } }))).toMatchObject({
      status: 0,
      words: undefined,
    })
  })
})

describe('fixtures/hooks: Slack example', () => {
  it('posts counts and failures, and passes its secret in no argument', () => {
    const servers = { 'web-1': { status: 'changed' }, 'web-2': { status: 'failed', why: 'said "no"' } }

    const posted = run('slack-report.sh', 'curl', report(1, servers))

    expect(posted).toMatchObject({ status: 0, stdin: 'url = "https://hooks.example.com/secret"\n' })
    expect(posted.words).toContain(String.raw`1 changed, 1 failed (exit 1)\n• web-2: failed, said \"no\"`)
    expect(posted.words).not.toContain('secret')
  })
})
