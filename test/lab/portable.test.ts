import { spawnSync } from 'node:child_process'
import { mkdtempSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layOutTools } from '../../src/lab/stand-ins.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-tools-'))
  layOutTools(folder, { searchPath: process.env.PATH ?? '', platform: 'darwin' })
})
afterAll(() => rmSync(folder, { recursive: true }))

const sh = (text: string) => {
  const env = { PATH: `${folder}/tools`, FOLDER: folder }
  const { status, stdout } = spawnSync('/bin/sh', ['-c', text], { env, encoding: 'utf8' })
  return { status, printed: stdout.trim() }
}

describe('layOutTools on a system without GNU tools', () => {
  it('links perl replacements for some tools and the system tool for the others', () => {
    expect(readlinkSync(`${folder}/tools/stat`)).toBe(`${folder}/portable/stat`)
    expect(readlinkSync(`${folder}/tools/sed`)).not.toContain(folder)
  })

  it('stat prints the fields that remote scripts ask for', () => {
    const { mtimeMs, ino, mode } = statSync(`${folder}/tools`)

    expect(sh("stat -c '%Y %i %a %F|there' $FOLDER/tools")).toEqual({
      status: 0,
      printed: `${Math.floor(mtimeMs / 1000)} ${ino} ${(mode & 0o7777).toString(8)} directory|there`,
    })
    expect(sh('stat -f -c %T $FOLDER').printed).toBe('UNKNOWN')
    expect(sh('stat -c %Y $FOLDER/nowhere 2>&1').status).not.toBe(0)
  })

  it('timeout ends a slow command with exit code 124 and else passes its exit code on', () => {
    expect(sh('timeout 1 sleep 60').status).toBe(124)
    expect(sh('timeout 60 sh -c "exit 7"').status).toBe(7)
  })

  it('flock waits for the lock and gives up after its timeout', () => {
    const held = 'exec 9>>$FOLDER/lock; flock -w 5 9 || exit 2; sh -c "exec 8>>$FOLDER/lock; flock -w 1 8"'

    expect(sh(held).status).toBe(1)
    expect(sh('exec 9>>$FOLDER/lock; flock -w 1 9').status).toBe(0)
  })

  it('setsid starts a process in its own session', () => {
    expect(sh('setsid sh -c "echo $$ and \\$\\$"').printed).toMatch(/^(\d+) and (?!\1)\d+$/)
    expect(sh('setsid sh -c "exit 7"').status).toBe(7)
  })
})
