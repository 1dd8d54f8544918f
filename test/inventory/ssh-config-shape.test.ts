import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askSsh } from '../../src/inventory/ssh-config.ts'
import { askSshProgram } from '../../src/inventory/ssh-dash-g.ts'
import { itNeeds } from '../support/tools.ts'

let folder: string
let configFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-shape-'))
  configFile = join(folder, 'config')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

// mulberry32: the same configs for the same seed.
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const patterns = [
  'web-*',
  'web-1',
  'web-?',
  '*',
  '!web-1',
  'db-*',
  '*.example.org',
  'WEB-*',
  '10.0.0.*',
  '!*',
  'w*1',
  'gate',
]
const options = [
  'HostName 203.0.113.9',
  'HostName %h.example.org',
  'User ana',
  'User=bob',
  'Port 2222',
  'Port = 2022',
  'IdentityFile ~/.ssh/one',
  'IdentityFile ~/.ssh/%h',
  'ProxyJump gate',
  'ProxyJump none',
  'ProxyCommand nc %h %p',
  'HostKeyAlias same',
  'HostKeyAlias "alias of %h"',
  'ControlPath ~/.ssh/%r@%h:%p',
  'StrictHostKeyChecking accept-new',
  'IdentitiesOnly yes',
  'UserKnownHostsFile ~/.ssh/%k /tmp/known',
  'ConnectTimeout 7',
  '# HostName not.this',
  '  hostname  UPPER.example.org',
]
const hosts = ['web-1', 'web-2', 'WEB-1', 'db-1', 'a.example.org', '10.0.0.7', 'gate']

function aConfig(pick: (below: number) => number, depth = 0): string {
  const lines: string[] = []
  const one = (list: readonly string[]) => list[pick(list.length)] ?? ''
  for (let count = pick(7); count > 0; count -= 1) {
    const kind = pick(12)
    if (kind < 6) lines.push(one(options))
    else if (kind < 9) lines.push(`Host ${Array.from({ length: 1 + pick(3) }, () => one(patterns)).join(' ')}`)
    else if (kind === 9) lines.push(one(['Match all', 'Match host web-*', 'Match user ana', 'Host "web-1" db-*']))
    else if (depth < 2) {
      const included = join(folder, `part-${depth}-${pick(1e6)}`)
      writeFileSync(included, aConfig(pick, depth + 1))
      lines.push(`Include ${included}`)
    }
  }
  return `${lines.join('\n')}\n`
}

// Which of the hosts of a shape the words of an error name is no matter.
const told = (settled: PromiseSettledResult<unknown>) => (settled.status === 'fulfilled' ? settled.value : 'an error')

describe('one answer of ssh for all hosts of a shape', () => {
  const seed = Math.floor(Math.random() * 1e9)
  itNeeds(['ssh'])(
    `is the one that each would get (seed ${seed})`,
    async () => {
      const pick = random(seed)
      for (let round = 0; round < 60; round += 1) {
        const text = aConfig(pick)
        writeFileSync(configFile, text)
        const questions = hosts.map((host) => ({
          host,
          configFile,
          ...(pick(4) === 0 ? { user: 'eve' } : {}),
          ...(pick(4) === 0 ? { port: 4022 } : {}),
        }))

        const shared = await Promise.allSettled(questions.map((question) => askSsh(question)))

        const own = await Promise.allSettled(questions.map((question) => askSshProgram(question)))
        expect({ text, answers: shared.map(told) }).toEqual({ text, answers: own.map(told) })
      }
    },
    120_000,
  )

  const countingSsh = () => {
    const log = join(folder, 'asked')
    writeFileSync(log, '')
    writeFileSync(join(folder, 'ssh'), `#!/bin/sh\necho >> '${log}'\necho hostname somewhere\n`, { mode: 0o755 })
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    return () => readFileSync(log, 'utf8').length
  }

  it('costs a process for each shape, and not for each host', async () => {
    const asked = countingSsh()
    writeFileSync(configFile, 'Host web-*\n  User ana\n  ControlPath ~/%h\nHost *\n  Port 2222\n')
    const names = Array.from({ length: 200 }, (_, index) => `${index % 2 === 0 ? 'web' : 'db'}-${index}`)

    const answers = await Promise.all(names.map((host) => askSsh({ host, configFile })))

    expect(asked()).toBe(2)
    expect(answers.map(({ hostName }) => hostName)).toEqual(names)
  })

  it.each([
    ['a Match that asks for more than all', 'Match host web-*\n  User ana\n'],
    ['a token in what becomes of the name', 'HostName %h.example.org\n'],
    ['quotes in a pattern', "Host 'web-*'\n  User ana\n"],
    ['a jump over the very host', 'ProxyJump web-1,web-2,web-3\n'],
  ])('is not shared where there is %s', async (_, text) => {
    const asked = countingSsh()
    writeFileSync(configFile, text)

    await Promise.all(['web-1', 'web-2', 'web-3'].map((host) => askSsh({ host, configFile })))

    expect(asked()).toBe(3)
  })
})
