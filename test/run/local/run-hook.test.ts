import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ServerEvent } from '../../../src/journal/events.ts'
import { hookRunner } from '../../../src/run/local/run-hook.ts'
import type { HookProgram } from '../../../src/run/run.ts'
import { buildServer } from '../../support/builders/build-server.ts'

describe('hookRunner', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-hook-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function hook(text: string) {
    const path = join(folder, 'drain')
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o700)
    const events: ServerEvent[] = []
    const server = { ...buildServer('web-1', ['docker', 'redis']), port: 2222 }
    const runHook = hookRunner({
      run: '20261123-090000-test',
      write: async (event) => void events.push(event as ServerEvent),
    })
    const runHere = (program: HookProgram) => runHook(server, program)
    return { path, events, runHere }
  }

  it('passes the server in the environment and records the output in the journal', async () => {
    const { path, events, runHere } = hook('echo "$MAESTRO_SERVER $MAESTRO_ADDRESS $MAESTRO_PORT ($MAESTRO_GROUPS)"')

    await runHere({ path, timeoutMs: 30_000 })

    expect(events).toEqual([
      { event: 'hook-ran', server: 'web-1', program: path, output: 'web-1 web-1 2222 (docker redis)' },
    ])
  })

  it('fails with the last line of a program that fails, and records it', async () => {
    const { path, events, runHere } = hook('echo "no such pool" >&2; exit 4')

    await expect(runHere({ path, timeoutMs: 30_000 })).rejects.toThrow(`${path} ended with exit code 4: no such pool`)
    expect(events).toMatchObject([{ failure: 'ended with exit code 4: no such pool', output: 'no such pool' }])
  })

  it('ends a program that hangs', async () => {
    const { path, runHere } = hook('exec sleep 60')

    await expect(runHere({ path, timeoutMs: 200 })).rejects.toThrow(`${path} did not answer within 0.2 s`)
  })
})
