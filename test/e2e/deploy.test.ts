import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Fleet, startFleet } from '../support/fixtures/loopback-fleet.ts'
import { itNeeds } from '../support/tools.ts'

// Scripts run on this very computer: a root that is not there keeps what they would change away from it.
const nowhere = { env: { MAESTRO_ROOT: '/nowhere' } }
const bundle = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
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

const maestro = (...args: string[]) => fleet.maestro(args, { env: { XDG_STATE_HOME: state } })
const connections = () => Object.values(fleet.servers).reduce((sum, server) => sum + server.connections(), 0)

const refused: readonly [string, readonly string[], string][] = [
  ['says what could be asked for where nothing is', [], '--security-upgrades, --docker-upgrades, --reboot'],
  ['misses the version that Docker is to have', ['--docker-upgrades'], 'docker.configuration.docker_version'],
  ['has no services without a compose file', ['--security-upgrades', '--services'], 'names no services'],
  ['goes back and does nothing else', ['--rollback', '--reboot'], '--rollback rolls back'],
  ['knows no profile that the manifest has not', ['--profile', 'nightly'], 'there is no profile "nightly"'],
  ['asks nobody who is not there', ['--interactive'], '--interactive needs a terminal'],
  ['takes no time that is none', ['--reboot', '--up-timeout', 'soon'], '--up-timeout "soon"'],
]

describe('maestro deploy', () => {
  it.each(refused)('%s, without contacting a server', async (_, flags, words) => {
    const before = connections()

    const run = await maestro('deploy', ...flags)

    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(words) })
    expect(connections()).toBe(before)
  })

  const weaveScript = '#!/bin/sh\nSCRIPT_VERSION="2.8.1"\n'
  const sumOf = (text: string) => createHash('sha256').update(text).digest('hex')
  it.each([
    [
      'with another sum',
      '2.8.1',
      sumOf('another'),
      /weave-script has the SHA-256 [0-9a-f]{64}, and [0-9a-f]{64} is\s+wanted/,
    ],
    [
      'of another version',
      '2.9.0',
      sumOf(weaveScript),
      /weave-script is the weave script of\s+2\.8\.1, and weave_version is\s+2\.9\.0/,
    ],
  ])('rejects a weave script %s, without contacting a server', async (_, version, sha256, words) => {
    const before = connections()
    fleet.write('weave-script', weaveScript)
    const text = readFileSync(join(fleet.folder, 'Manifest.yml'), 'utf8')
      .replace(/^docker:\n/m, `docker:\n  configuration: {docker_version: 26.1.5, weave_version: ${version}}\n`)
      .replace(/^maestro:\n/m, `maestro:\n  weave: {script: weave-script, sha256: ${sha256}}\n`)

    const run = await maestro('deploy', '--docker-upgrades', '--manifest', fleet.write('weave.yml', text))

    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(words) })
    expect(connections()).toBe(before)
  })

  it('suggests a profile of the manifest', async () => {
    const text = readFileSync(join(fleet.folder, 'Manifest.yml'), 'utf8')
    const profiles = 'maestro:\n  profiles: {nightly: {reboot: true}}\n'
    const manifest = fleet.write('profiles.yml', text.replace(/^maestro:\n/m, profiles))

    const wrong = await maestro('deploy', '--profile', 'nigthly', '--manifest', manifest)
    const right = await maestro('deploy', '--profile', 'nightly', '--manifest', manifest, '--dry-run')

    expect(wrong.stderr).toContain('nightly')
    expect(right.stdout).toContain('web-1')
  })

  it.each([
    [
      'has a line that is wrong',
      'services:\n  web: {build: .}\n',
      [],
      'compose.yml:2:3: services.web has a build and no image',
    ],
    [
      'does not say what the whole is called',
      'services:\n  web: {image: a}\n',
      [],
      'no project name for Docker Compose',
    ],
    ['has no such service', 'name: shop\nservices:\n  web: {image: a}\n', ['--service', 'wed'], 'did you mean web?'],
  ] as const)('contacts no server when the compose file %s', async (_, compose, flags, words) => {
    const text = readFileSync(join(fleet.folder, 'Manifest.yml'), 'utf8')
    const services = 'maestro:\n  services: {compose: compose.yml}\n'
    const manifest = fleet.write('services.yml', text.replace(/^maestro:\n/m, services))
    fleet.write('compose.yml', compose)
    const before = connections()

    const run = await maestro('deploy', '--manifest', manifest, ...flags)

    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(words) })
    expect(connections()).toBe(before)
  })

  itNeeds(['script'])('asks with --interactive what to do, and prints the equivalent command', async () => {
    const line = [process.execPath, bundle, 'deploy', '--interactive', '--dry-run'].join(' ')
    const running = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: fleet.folder,
      env: { PATH: process.env.PATH, TERM: 'xterm', XDG_STATE_HOME: state },
    })
    onTestFinished(() => void running.kill('SIGKILL'))
    let said = ''
    // The first choice is ticked; a space takes the tick away.
    running.stdout.on('data', (data) => {
      const isAsked = !said.includes('What is to be done?')
      said += data
      if (isAsked && said.includes('What is to be done?')) running.stdin.write(' \r')
    })
    await new Promise((resolve) => running.on('close', resolve))

    expect(said).toContain('the same without questions: maestro deploy --dry-run --reboot')
  })
})
