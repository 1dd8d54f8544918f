import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandProvider } from '../src/provider/command-provider.ts'

const example = fileURLToPath(new URL('../fixtures/providers/hetzner.sh', import.meta.url))
const key = '20261123-020000-k3f9/production-b/web-1'
const server = { environment: 'production-b', name: 'web-1', groups: ['docker'] }
const labels = {
  maestro: 'yes',
  'maestro-key': key.replaceAll('/', '..'),
  'maestro-environment': 'production-b',
  'maestro-name': 'web-1',
}
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-provider-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs the example where hcloud lists that, and notes its other words. */
function run(verb: string, stdin: object, listed: readonly object[]) {
  const columns = listed.length === 0 ? '' : '42'
  writeFileSync(
    join(folder, 'hcloud'),
    `#!/bin/sh
case "$*" in
  *noheader*) echo '${columns}' ;;
  'server list'*) echo '${JSON.stringify(listed)}' ;;
  *) printf '%s ' "$@" >>${folder}/words ;;
esac
`,
  )
  chmodSync(join(folder, 'hcloud'), 0o755)
  const env = { PATH: `${folder}:${dirname(process.execPath)}:${process.env.PATH}` }
  const { status, stdout, stderr } = spawnSync(example, [verb], { env, input: JSON.stringify(stdin), encoding: 'utf8' })
  const words = existsSync(join(folder, 'words')) ? readFileSync(join(folder, 'words'), 'utf8') : ''
  return { status, stdout, stderr, words }
}

const machine = { id: 42, labels, public_net: { ipv4: { ip: '203.0.113.111' } } }

describe('fixtures/providers: hetzner.sh', () => {
  it('list prints what commandProvider reads', async () => {
    const { stdout } = run('list', { version: 1 }, [machine])
    const runProgram = async () => ({ stdout, stderr: '', failure: undefined })

    expect(await commandProvider({ command: example, timeoutMs: 1_000 }).list({ runProgram })).toEqual([
      { id: '42', key, environment: 'production-b', name: 'web-1', address: '203.0.113.111', hostKeys: [] },
    ])
  })

  it('create labels a new server, and makes none when the request was carried out before', () => {
    const made = run('create', { version: 1, key, server }, [])

    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect(made.words).toMatch(/^server create --name web-1-[0-9a-f]{10} /)
    expect(made.words).toContain(
      `--label maestro-key=${labels['maestro-key']} --label maestro-environment=production-b`,
    )
    rmSync(join(folder, 'words'))
    expect(run('create', { version: 1, key, server }, [machine])).toMatchObject({ status: 0, words: '' })
  })

  it('reinstall and destroy act on the server with the given id', () => {
    const asked = { version: 1, key, server: { ...server, id: '42' } }

    expect(run('reinstall', asked, []).words).toMatch(/^server rebuild --image \S+ 42 server add-label --overwrite 42 /)
    expect(run('destroy', asked, []).words).toContain('server delete 42 ')
  })
})
