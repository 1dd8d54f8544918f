import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maestro, type Run, runMaestro } from '../support/fixtures/loopback-fleet.ts'

// Each test has a folder for temporary files of its own, in which nothing may be left.
let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'lab-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true }))

// A run has its own pace of seconds; a busy machine may be many times slower.
const patient = { timeout: 300_000 }
const lab = (...args: string[]): Promise<Run> =>
  runMaestro(temporary, ['lab', ...args], { env: { TMPDIR: temporary }, timeoutMs: 280_000 })

/** Runs commands one after the other on a lab, in a shell, whose words begin with the folder of the lab in `$lab`. */
const onLab = (flags: readonly string[], ...lines: string[]): Promise<Run> =>
  lab('run', ...flags, '--', 'sh', '-c', [`lab=\${MAESTRO_MANIFEST%/*}`, ...lines].join('\n'))

describe('maestro lab', patient, () => {
  it('starts servers that differ, and removes them with the command of lab run', async () => {
    const run = await onLab([], 'echo "$lab"', 'maestro status', 'exit 7')

    expect(run.exitCode).toBe(7)
    expect(run.stdout).toMatch(/^db-1 .* due .*reboot due: required by libc6; no unattended upgrades/m)
    expect(run.stdout).toMatch(/^search-1 .*held despite a security fix: openjdk-17-jre-headless/m)
    expect(run.stdout).toMatch(/^web-1 +3 due +not due +ubuntu 24\.04 +27\.5\.1$/m)
    expect(run.stdout).toMatch(/^cache-1 +none due +not due +ubuntu 24\.04 +none$/m)
    expect(existsSync(run.stdout.split('\n')[0] ?? '')).toBe(false)
  })

  it('deploys behind its load balancer, and prints the outcome', async () => {
    const run = await onLab([], 'maestro deploy --security-upgrades --reboot --server web-1', 'maestro status')

    const words = ['leaving the load balancer', 'restarting nginx.service', 'going down', 'joining the load balancer']
    expect(run.stderr).toMatch(new RegExp(words.map((word) => `web-1: ${word}`).join('.*'), 's'))
    expect(run.stdout).toMatch(/^changed +web-1$/m)
    expect(run.stdout).toMatch(/^web-1 +none due +not due /m)
    expect(run.exitCode).toBe(0)
  })

  it('runs the demo to a successful end', async () => {
    const demo = fileURLToPath(new URL('../../bin/demo.js', import.meta.url))
    const run = await lab('run', '--servers', '1', '--', process.execPath, demo, 'tour')

    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('use your own servers') })
  })

  it('resume completes a run of which only the final report was missing', async () => {
    const runs = '"$XDG_STATE_HOME"/maestro/runs/*'
    const run = await onLab(
      [],
      'maestro unattended-upgrades --server db-1',
      `sed -i '$d' ${runs}/events.ndjson; rm ${runs}/report.json`,
      'maestro resume',
      `tail -n 1 ${runs}/events.ndjson`,
      'maestro resume',
    )

    expect(run.stdout).toMatch(/"event":"run-ended","run":"[^"]+","exitCode":0\}$/m)
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no run') })
  })

  it('configures unattended-upgrades where there were none, and removes them again', async () => {
    const run = await onLab(
      [],
      'maestro unattended-upgrades --server db-1',
      'maestro unattended-upgrades --server db-1 --dry-run',
      'maestro unattended-upgrades --server db-1 --remove',
      'maestro status --server db-1',
    )

    expect(run.stdout).toMatch(/^changed +db-1$/m)
    expect(run.stdout).toMatch(/^unchanged +db-1 /m)
    expect(run.stdout).toContain('no unattended upgrades (unattended-upgrades is not installed)')
  })

  it('runs until Ctrl-C, and prints what to try', async () => {
    const running = execa(process.execPath, [maestro, 'lab', 'up', '--servers', '2'], {
      env: { TMPDIR: temporary },
      reject: false,
    })
    let shown = ''
    for await (const line of running.iterable()) {
      shown += `${line}\n`
      if (line === 'Ctrl-C ends it.') running.kill('SIGINT')
    }
    const { exitCode } = await running

    expect(shown).toMatch(/web-1 +docker +\d+ .*web-2 .*maestro status/s)
    expect(exitCode).toBe(0)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('starts more servers with --servers', async () => {
    const run = await onLab(['--servers', '9'], 'maestro manifest servers')

    expect(run.stdout.match(/^web-\d/gm)).toEqual(['web-1', 'web-2', 'web-3', 'web-4', 'web-5'])
  })

  it('answers status from memory with --light, and refuses changes', async () => {
    const run = await onLab(
      ['--light', '--servers', '200', '--delay', '1'],
      'maestro status',
      'maestro reboot --server db-1',
    )

    expect(run.stdout).toMatch(/^db-1 .* due .*reboot due: required by libc6; no unattended upgrades/m)
    expect(run.stdout.match(/^web-\d+ +3 due +not due +ubuntu 24\.04 +27\.5\.1$/gm)).toHaveLength(196)
    expect(run.stdout).toContain('a light server of the lab answers looks alone')
    expect(run.exitCode).toBe(1)
  })

  it.each([
    [['run', '--fault', 'web-9=down', '--', 'true'], 'no server web-9'],
    [['run', '--light', '--fault', 'web-1=down', '--', 'true'], 'light servers have no faults'],
    [['run', '--delay', '5', '--', 'true'], '--delay is for --light'],
    [['run', '--fault', 'web-1=sad', '--', 'true'], 'never-returns: it does not come back from a restart'],
    [['run', '--', './nowhere'], './nowhere cannot be run'],
    [['up', '--servers', '0'], 'whole number'],
  ])('rejects %j', async (args, words) => {
    expect(await lab(...args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) })
  })
})

describe('maestro lab --fault', patient, () => {
  it.each([
    ['down', 3, 'refuses connections'],
    ['changed-host-key', 3, 'is not the one in known_hosts'],
    ['apt-locked', 1, 'in vain for /usr/bin/python3 /usr/bin/unattended-upgrade'],
  ])('%s is reported', async (fault, exitCode, words) => {
    const upgrade = 'maestro security-upgrade --server web-1 --no-drain --apt-lock-timeout 2s'
    const run = await onLab([`--fault=web-1=${fault}`], upgrade)

    expect(run).toMatchObject({ exitCode, stdout: expect.stringContaining(words) })
  })

  it('counts against max_unavailable of its group although the server was not selected', async () => {
    const run = await onLab(
      ['--fault=web-1=down'],
      'maestro reboot --force --yes --no-drain --server web-2',
      'maestro reboot --force --yes --no-drain --server web-2 --max-unavailable 2',
    )

    expect(run.stderr).toContain('web-1 is away already, and keeps its place in the budget')
    expect(run.stdout).toMatch(
      /^not started +web-2 +no more of docker may be away at once \(--max-unavailable\): web-1 is away already$/m,
    )
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/1 server: 1 changed\n$/) })
  })

  it('drops during an upgrade does not stop it', async () => {
    const run = await onLab(['--fault=web-1=drops'], 'maestro security-upgrade --server web-1 --no-drain')

    expect(run.stderr).toContain('web-1: no connection to the server; the job continues there')
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 server: 1 changed') })
  })

  it('never-returns is reported, and resume continues once it is removed', async () => {
    const run = await onLab(
      ['--fault=db-1=never-returns'],
      'maestro reboot --server db-1 --up-timeout 8s',
      ': >"$lab/db-1/lab/fault"',
      'maestro resume',
    )

    expect(run.stdout).toMatch(/^failed +db-1 .*has not come back in 8 s/m)
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/1 server: 1 changed\n$/) })
  })

  it('failing-postinst is reported, and resume continues once it is removed', async () => {
    const run = await onLab(
      ['--fault=web-1=failing-postinst'],
      'maestro security-upgrade --server web-1',
      'maestro status --server web-1',
      ': >"$lab/web-1/lab/fault"',
      'maestro resume',
    )

    expect(run.stdout).toMatch(/^failed +web-1 +out of service; .*half done: libssl3t64 iF/m)
    expect(run.stdout).toMatch(/^web-1 .*libssl3t64 half-configured/m)
    expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/1 server: 1 changed\n$/) })
  })
})
