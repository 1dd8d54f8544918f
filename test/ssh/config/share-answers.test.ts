import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askSsh } from '../../../src/ssh/config/ssh-config.ts'
import { askSshProgram } from '../../../src/ssh/config/ssh-dash-g.ts'
import { buildSshConfig, hosts } from '../../support/builders/build-ssh-config.ts'
import { type RandomInt, seededRandom } from '../../support/builders/seeded-random.ts'
import { itNeeds } from '../../support/tools.ts'

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

// Which of the hosts of a shape the words of an error name is no matter.
const told = (settled: PromiseSettledResult<unknown>) => (settled.status === 'fulfilled' ? settled.value : 'an error')

async function compare(text: string, random: RandomInt): Promise<void> {
  writeFileSync(configFile, text)
  const questions = hosts.map((host) => ({
    host,
    configFile,
    ...(random(4) === 0 ? { user: 'eve' } : {}),
    ...(random(4) === 0 ? { port: 4022 } : {}),
  }))

  const shared = await Promise.allSettled(questions.map((question) => askSsh(question)))

  const own = await Promise.allSettled(questions.map((question) => askSshProgram(question)))
  expect({ text, answers: shared.map(told) }).toEqual({ text, answers: own.map(told) })
}

const configs = 100

describe('askSsh: shared answer of ssh -G', () => {
  // Another each time by hand: MAESTRO_TEST_SEED=$RANDOM npx vitest …
  const seed = Number(process.env.MAESTRO_TEST_SEED ?? 20_261_123)
  itNeeds(['ssh'])(
    `returns what ssh -G prints for each host (seed ${seed})`,
    async () => {
      const random = seededRandom(seed)
      for (let left = configs; left > 0; left -= 1) await compare(buildSshConfig(random, folder), random)
    },
    120_000,
  )

  itNeeds(['ssh']).each([
    ['the place of IgnoreUnknown', 'Host web-1\nIgnoreUnknown X\nHost gate\nX yes\nHost web-2\nIgnoreUnknown X\n'],
    ['a jump over where the host is', 'HostName Bastion\nHost web-1\n  User ana\nMatch all\n  ProxyJump ana@bastion\n'],
    ['a HostName that ssh refuses', 'Host web-1\n  HostName -x\n'],
    ['a User that ssh refuses', 'Host web-1\n  User -x\nHost web-2\n  User "a b"\n'],
    ['a file that is included twice', 'Host web-1\nInclude PART\nHost gate\nX yes\nHost web-2\nInclude PART\n'],
    ['Host lines in a file for some hosts', 'Host web-*\nInclude PART\nHost *\nConnectTimeout 9\n'],
  ])('returns what ssh -G prints for each host: %s', async (_, text) => {
    writeFileSync(join(folder, 'part'), 'IgnoreUnknown X\nHost db-1 web-2\n  ConnectTimeout 7\n')

    await compare(text.replaceAll('PART', join(folder, 'part')), () => 1)
  })

  // How many processes 200 hosts cost.
  async function processesFor(text: string, hostOf: (index: number) => string): Promise<number> {
    const log = join(folder, 'asked')
    writeFileSync(log, '')
    writeFileSync(join(folder, 'ssh'), `#!/bin/sh\necho >> '${log}'\necho hostname somewhere\n`, { mode: 0o755 })
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    writeFileSync(configFile, text)
    await Promise.all(Array.from({ length: 200 }, (_, index) => askSsh({ host: hostOf(index), configFile })))
    return readFileSync(log, 'utf8').length
  }
  const oneBlockEach = Array.from(
    { length: 200 },
    (_, index) => `Host web-${index}\n  HostName 10.0.0.${index}\n  User ana\n  Port ${2000 + index}\n`,
  )

  it.each([
    ['one pattern', 'Host web-*\n  User ana\n  ControlPath ~/%h\nHost *\n  Port 2222\n', 1],
    ['two sorts of hosts', 'Host web-?\n  IdentityFile ~/one\nHost *\n  Port 2222\n', 2],
    ['a block with an address, a user and a port for each', oneBlockEach.join(''), 1],
    ['a HostName with %h', 'Host web-*\n  HostName %h.example.org\n', 1],
    ['a Match that asks for names', 'Match host web-?,web-1?\n  ConnectTimeout 7\n', 2],
    ['tokens that are the same for all', 'IdentityFile %d/fleet\nUserKnownHostsFile %d/known-%u\n', 1],
  ])('starts one process per kind of host and not per host: %s', async (_, text, processes) => {
    expect(await processesFor(text, (index) => `web-${index}`)).toBe(processes)
  })

  it.each([
    ['a Match that asks for more than names', 'Match user ana\n  Port 2222\n'],
    ['a token in what is printed', 'UserKnownHostsFile ~/known-%h\n'],
    ['quotes in a pattern', "Host 'web-*'\n  User ana\n"],
    ['a line of another kind', '"User" ana\n'],
    ['a user whose name ssh may refuse', 'User -ana\n'],
    ['a port by name', 'Port ssh\n'],
    ['a jump over something that is called like the host', 'ProxyJump the-web-1-web-2-web-3-gate\n'],
  ])('starts one process per host for %s', async (_, text) => {
    expect(await processesFor(text, (index) => `web-${1 + (index % 3)}`)).toBeGreaterThanOrEqual(3)
  })
})
