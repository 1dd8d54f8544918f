import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fixtures/loopback-fleet.ts'

// Scripts run on this very computer: a root that is not there keeps what they would change away from it.
const nowhere = { env: { MAESTRO_ROOT: '/nowhere' } }
let fleet: Fleet
let state: string
beforeAll(async () => {
  fleet = await startFleet({ 'web-1': nowhere, 'web-2': nowhere })
  state = mkdtempSync(join(tmpdir(), 'maestro-state-'))
})
afterAll(() => {
  fleet.end()
  rmSync(state, { recursive: true })
})

const withHooks = (name: string, hooks: string) => {
  const text = readFileSync(join(fleet.folder, 'Manifest.yml'), 'utf8').replace(
    /^maestro:\n/m,
    `maestro:\n  hooks: {${hooks}}\n`,
  )
  return fleet.write(name, text)
}
const maestro = (manifest: string, ...args: string[]) =>
  fleet.maestro([...args, '--manifest', manifest], { env: { XDG_STATE_HOME: state } })

describe('hooks.post_run', () => {
  it('gets the report as JSON on stdin, but not for --dry-run', async () => {
    const said = join(state, 'said')
    const hook = fleet.write('mail', `#!/bin/sh\ncat >>${said}\n`, 0o700)
    const manifest = withHooks('finished.yml', `post_run: ${hook}`)

    await maestro(manifest, 'unattended-upgrades', '--dry-run')
    const run = await maestro(manifest, 'unattended-upgrades', '--quiet')

    const lines = readFileSync(said, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      version: 1,
      command: 'unattended-upgrades',
      exitCode: run.exitCode,
      servers: { 'web-1': { status: 'unknown' }, 'web-2': { status: 'unknown' } },
    })
  })

  it('that fails is reported and does not change the exit code', async () => {
    const hook = fleet.write('broken', '#!/bin/sh\necho "no mailer" >&2; exit 9\n', 0o700)
    const run = await maestro(withHooks('broken.yml', `post_run: ${hook}`), 'unattended-upgrades', '--quiet')

    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('ended with exit code 9: no mailer') })
  })

  it.each([
    ['post_run: ./nowhere', 2, 'nowhere is not there'],
    ['drain: /bin/true', 2, 'maestro.hooks has only one of drain and undrain'],
  ])('that is invalid is an error before any server is contacted: %s', async (hooks, exitCode, words) => {
    const before = fleet.servers['web-1']?.connections()

    const run = await maestro(withHooks('bad.yml', hooks), 'security-upgrade')

    expect(run).toMatchObject({ exitCode, stderr: expect.stringContaining(words) })
    expect(fleet.servers['web-1']?.connections()).toBe(before)
  })

  it('that others can write is rejected', async () => {
    const hook = fleet.write('open', '#!/bin/sh\n', 0o777)

    const run = await maestro(withHooks('open.yml', `drain: ${hook}, undrain: ${hook}`), 'security-upgrade')

    expect(run).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('others could change what runs here') })
  })

  it.each(['soon', '-5m'])('rejects --lock-wait %s', async (time) => {
    const run = await maestro(join(fleet.folder, 'Manifest.yml'), 'security-upgrade', `--lock-wait=${time}`)

    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--lock-wait') })
  })
})
