import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../support/fixtures/loopback-fleet.ts'

const run = '20261101-020000-dead'

describe('maestro unlock', () => {
  let fleet: Fleet
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-unlock-'))
    // Whoever runs the tests is root over there.
    put('root/id', 'case $1 in -un) echo root ;; *) echo 0 ;; esac')
    put('plain/id', 'case $1 in -un) echo deploy ;; *) echo 1000 ;; esac')
    put('plain/sudo', 'echo "sudo: a password is required" >&2; exit 1')
    put('plain/find', 'echo "find: Permission denied" >&2; exit 1')
    lock('dead-1', 20 * 60)
    lock('alive-1', 0)
    lock('closed-1', 0)
    const server = (name: string, tools: string) => ({
      env: { MAESTRO_ROOT: join(folder, name), PATH: `${join(folder, tools)}:${process.env.PATH}` },
    })
    fleet = await startFleet({
      'dead-1': server('dead-1', 'root'),
      'alive-1': server('alive-1', 'root'),
      'free-1': server('free-1', 'root'),
      'closed-1': server('closed-1', 'plain'),
      'gone-1': { isGone: true },
    })
  })
  afterAll(async () => {
    await fleet.end()
    rmSync(folder, { recursive: true })
  })

  function put(name: string, text: string): void {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
  }

  const lockOf = (name: string) => join(folder, name, 'var/lib/maestro/lock')

  function lock(name: string, quietSeconds: number): void {
    mkdirSync(lockOf(name), { recursive: true })
    for (const [file, text] of Object.entries({
      run,
      controller: 'c',
      owner: 'bob@ops-2',
      since: '1795000000',
      heartbeat: '',
    }))
      writeFileSync(join(lockOf(name), file), text)
    const beat = Date.now() / 1000 - quietSeconds
    utimesSync(join(lockOf(name), 'heartbeat'), beat, beat)
  }

  const unlock = (...args: string[]) =>
    fleet.maestro(['unlock', ...args], { env: { XDG_STATE_HOME: join(folder, 'state') } })

  it('reports that there is no lock', async () => {
    expect(await unlock('--server', 'free-1')).toMatchObject({ exitCode: 0, stdout: 'no server is locked\n' })
  })

  it('does not claim that for servers that are unreachable or refuse sudo', async () => {
    const gone = await unlock('--server', 'free-1,gone-1')
    const closed = await unlock('--server', 'free-1,closed-1')

    expect([gone.exitCode, closed.exitCode]).toEqual([3, 1])
    expect(closed.stdout).toMatch(/^closed-1: lock state unknown: /m)
    for (const { stdout } of [gone, closed]) expect(stdout).toMatch(/^no server that could be checked is locked$/m)
  })

  it('leaves the lock of a running run alone, and names the run', async () => {
    const left = await unlock('--server', 'alive-1', '--yes')

    expect(left).toMatchObject({ exitCode: 4, stdout: expect.stringContaining(`locked by bob@ops-2, run ${run}`) })
    expect(left.stderr).toContain('alive-1')
    expect(existsSync(lockOf('alive-1'))).toBe(true)
  })

  it('removes the lock of a dead run after confirmation only', async () => {
    const unasked = await unlock('--server', 'dead-1')
    const wasThere = existsSync(lockOf('dead-1'))
    const agreed = await unlock('--server', 'dead-1', '--yes')

    expect([unasked.exitCode, wasThere]).toEqual([4, true])
    expect(agreed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('dead-1: unlocked') })
    expect(existsSync(lockOf('dead-1'))).toBe(false)
  })

  it('leaves no run that resume would go on with', async () => {
    lock('dead-1', 20 * 60)
    await unlock('--server', 'dead-1', '--yes')

    const resumed = await fleet.maestro(['resume'], { env: { XDG_STATE_HOME: join(folder, 'state') } })

    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is left to go on with') })
  })
})
