import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../../src/base/errors.ts'
import { serverChecks } from '../../../src/checks/doctor/server.ts'
import type { ExpectedVersions } from '../../../src/checks/expected-versions.ts'
import { installs } from '../../../src/checks/finding.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Diagnosis } from '../../../src/run/session/diagnose-servers.ts'
import { buildFacts, known, noon } from '../../support/builders/build-facts.ts'
import { buildServer } from '../../support/builders/build-server.ts'

type Well = Extract<Diagnosis, { readonly status: 'examined' }>

const about: Well['about'] = {
  login: 'deploy@web-1:22',
  jumpHosts: [],
  proof: 'key /k',
  software: 'SSH-2.0-OpenSSH_9.2p1',
  hostKey: 'ssh-ed25519 SHA256:x',
  hostKeyVouched: 'in /kh',
  kex: 'curve25519-sha256',
  cipher: 'aes128-gcm@openssh.com',
  phases: [
    { phase: 'connect', durationMs: 12.4 },
    { phase: 'turn', durationMs: 0.1 },
    { phase: 'auth', durationMs: 11_400 },
  ],
}
const hello: Well['hello'] = {
  user: 'deploy',
  clock: { aheadSeconds: 0.3, exactToSeconds: 0.6 },
  noise: '',
  durationMs: 40,
}
const parts: Partial<ServerFacts> = {
  tools: known({ missing: [] }),
  systemd: known({ state: 'running', canRunUnits: true, failed: [], inhibitors: [] }),
  haproxy: known(null),
}
const buildDiagnosis = (more: Partial<ServerFacts> = {}, change: Partial<Well> = {}): Well => ({
  status: 'examined',
  server: buildServer('web-1'),
  about,
  hello,
  root: { status: 'sudo' },
  facts: buildFacts({ ...parts, ...more }),
  ...change,
})

const plain: ExpectedVersions = { isBalancer: false }
const balancer: ExpectedVersions = { isBalancer: true }
const troubles = (examined: Diagnosis, wanted = plain) =>
  serverChecks(examined, wanted).filter(({ status }) => status !== 'ok')
const textOf = (examined: Diagnosis, area: string) =>
  serverChecks(examined, plain).find((one) => one.area === area)?.text

describe('serverChecks: connection, shell, sudo and clock', () => {
  it('has ok findings only for a healthy server', () => {
    expect(troubles(buildDiagnosis())).toEqual([])
  })

  it('reports the login, the host key and the duration of each connection phase', () => {
    expect(textOf(buildDiagnosis(), 'connection')).toBe('deploy@web-1:22 by key /k: connect 12 ms, auth 11 s')
    expect(textOf(buildDiagnosis(), 'host key')).toBe('ssh-ed25519 SHA256:x in /kh, of SSH-2.0-OpenSSH_9.2p1')
  })

  it('names the jump hosts of the connection', () => {
    const far = { ...about, jumpHosts: ['ops@jump:22', 'ops@inner:22'] }

    expect(textOf(buildDiagnosis({}, { about: far }), 'connection')).toContain(
      ' through ops@jump:22, ops@inner:22 by key',
    )
  })

  it('stops at a failed connection and reports the phases that it reached', () => {
    const error = new MaestroError('web-1:22 said nothing', { hint: 'look at it' })
    const phases = [{ phase: 'connect', durationMs: 3 }] as const

    expect(serverChecks({ status: 'unreachable', server: buildServer('web-1'), error, phases }, plain)).toEqual([
      {
        area: 'connection',
        status: 'error',
        text: 'web-1:22 said nothing (connect 3 ms)',
        stops: ['every command'],
        fix: 'look at it',
      },
    ])
  })

  it('stops at a failed shell', () => {
    const error = new MaestroError('the first command ended with exit code 1', { hint: 'give it a shell' })

    const checks = serverChecks({ status: 'failed', server: buildServer('web-1'), about, error }, plain)

    expect(checks.map(({ area, status }) => `${area} ${status}`)).toEqual([
      'connection ok',
      'host key ok',
      'shell error',
    ])
    expect(checks.at(-1)?.fix).toBe('give it a shell')
  })

  it('returns no checks for a server that was skipped', () => {
    expect(serverChecks({ status: 'skipped', server: buildServer('web-1') }, plain)).toEqual([])
  })

  it.each([
    ['login', 'logs in as root'],
    ['sudo', 'sudo works without a password'],
    ['sudo-with-password', 'sudo works with the password'],
  ] as const)('reports root access by %s', (status, text) => {
    expect(textOf(buildDiagnosis({}, { root: { status } }), 'sudo')).toBe(text)
  })

  it('reports refused sudo once, and not again for each fact that needs root', () => {
    const root = { status: 'refused', error: new MaestroError('sudo wants a password', { hint: 'NOPASSWD' }) } as const
    const closed = { status: 'unknown', why: 'needs root, which sudo refuses (sudo: a password is required)' } as const

    const found = troubles(buildDiagnosis({ maestro: closed, weave: closed }, { root }))

    expect(found).toEqual([
      {
        area: 'sudo',
        status: 'error',
        text: 'sudo wants a password',
        stops: ['every command that changes servers'],
        fix: 'NOPASSWD',
      },
    ])
  })

  it.each([
    [90, '1 min ahead of this computer'],
    [-7200, '2 h behind this computer'],
  ])('reports a clock that is off by %i s', (aheadSeconds, words) => {
    const clock = { aheadSeconds, exactToSeconds: 0.6 }

    expect(troubles(buildDiagnosis({}, { hello: { ...hello, clock } }))).toEqual([
      expect.objectContaining({ area: 'clock', status: 'warning', text: expect.stringContaining(words) }),
    ])
  })

  it('does not report clock skew when the connection is slow', () => {
    const clock = { aheadSeconds: -12, exactToSeconds: 12.5 }

    expect(troubles(buildDiagnosis({}, { hello: { ...hello, clock } }))).toEqual([])
  })

  it('quotes the first words of a login shell that prints something', () => {
    const noise = `Welcome to web-1 ${'!'.repeat(100)}\nmore`

    const [found] = troubles(buildDiagnosis({}, { hello: { ...hello, noise } }))

    expect(found).toMatchObject({
      area: 'shell',
      status: 'warning',
      text: expect.stringMatching(/Welcome to web-1 !+…$/),
    })
    expect(found?.fix).toContain('~deploy/.bashrc')
  })
})

const gigabyte = 1024 ** 3
const disk = (path: string, freeBytes: number, isReadOnly = false) =>
  known([{ path, totalBytes: 100 * gigabyte, freeBytes, isReadOnly }])
const dpkg = { isInterrupted: false, broken: [], lockHolders: [] }
const docker = { version: '27.5.1', client: '27.5.1', trouble: undefined, source: 'docker-ce', containers: [] }
const updates = {
  security: [],
  otherCount: 0,
  held: [],
  keptBack: [],
  securityOrigins: ['Ubuntu:noble-security'],
  listsAgeSeconds: 3600,
}
const systemd = { state: 'running', canRunUnits: true, failed: [], inhibitors: [] }
const socket = { path: '/run/haproxy/admin.sock', isAdmin: true, isThere: true, owner: 'root:haproxy 660' }
const system = { id: 'alpine', release: '3.22', codename: '', name: 'Alpine Linux v3.22', hasApt: false }
const openssl = { name: 'libssl3', from: '1', to: '2', origin: 'Ubuntu:noble-security' }
const lock = { owner: 'ana@ops', run: 'r1', since: noon - 60, quietSeconds: 5, busy: [] }

type Case = readonly [name: string, parts: Partial<ServerFacts>, wanted: ExpectedVersions, expected: object]
const cases: readonly Case[] = [
  [
    'a system without apt',
    { system: known(system) },
    plain,
    { status: 'error', text: 'Alpine Linux v3.22 has no dpkg and apt' },
  ],
  [
    'a tool that is missing',
    { tools: known({ missing: ['flock'] }) },
    plain,
    { status: 'error', text: 'missing: flock' },
  ],
  [
    'a disk that fills up',
    { disk: disk('/', 0.5 * gigabyte) },
    plain,
    { status: 'warning', text: '/ has 512 MB free, less than 1000' },
  ],
  ['a full disk', { disk: disk('/var', 1e6) }, plain, { status: 'error', text: '/var has 0 MB free' }],
  ['a full /boot', { disk: disk('/boot', 100e6) }, plain, { status: 'warning', fix: 'apt-get autoremove --purge' }],
  ['a read-only disk', { disk: disk('/', gigabyte, true) }, plain, { status: 'error', text: '/ is mounted read-only' }],
  [
    'a dpkg that was interrupted',
    { dpkg: known({ ...dpkg, isInterrupted: true }) },
    plain,
    { status: 'error', stops: ['deploy', 'security-upgrade', 'unattended-upgrades'], fix: 'sudo dpkg --configure -a' },
  ],
  [
    'who holds a lock',
    { dpkg: known({ ...dpkg, lockHolders: [{ lock: 'frontend', pid: 9, command: 'apt-get', ageSeconds: 70 }] }) },
    plain,
    { status: 'warning', text: "apt's frontend lock is held by apt-get (pid 9) for 1 min" },
  ],
  [
    'a part that cannot be told',
    { dpkg: { status: 'unknown', why: 'no dpkg' } },
    plain,
    { area: 'apt', status: 'unknown', text: 'no dpkg' },
  ],
  [
    'old lists',
    { upgrades: known({ ...updates, listsAgeSeconds: 9 * 86_400 }) },
    plain,
    { status: 'warning', text: 'package lists 9 d old' },
  ],
  ['no lists', { upgrades: known({ ...updates, listsAgeSeconds: undefined }) }, plain, { fix: 'sudo apt-get update' }],
  [
    'sources without a security origin',
    { upgrades: known({ ...updates, securityOrigins: [] }) },
    plain,
    { status: 'error', stops: installs },
  ],
  [
    'a held fix',
    { upgrades: known({ ...updates, security: [openssl], held: ['libssl3', 'nginx'] }) },
    plain,
    { text: 'held despite a security fix: libssl3', fix: 'sudo apt-mark unhold libssl3' },
  ],
  [
    'a server that never says that a restart is due',
    { reboot: known({ isSet: false, packages: [], since: undefined, hasSetter: false }) },
    plain,
    { status: 'warning', fix: 'apt-get install needrestart' },
  ],
  [
    'a failed unit',
    { systemd: known({ ...systemd, state: 'degraded', failed: ['a.service'] }) },
    plain,
    { text: 'failed units: a.service' },
  ],
  [
    'a systemd that hangs',
    { systemd: known({ ...systemd, state: 'starting' }) },
    plain,
    { text: 'systemd is starting, not running' },
  ],
  ['no systemd', { systemd: known({ ...systemd, state: 'none', canRunUnits: false }) }, plain, { status: 'warning' }],
  [
    'a blocked shutdown',
    { systemd: known({ ...systemd, inhibitors: ['vm root'] }) },
    plain,
    { text: 'shutdown is blocked: vm root' },
  ],
  [
    'another Docker than is wanted',
    { docker: known(docker) },
    { ...plain, dockerVersion: '28.1' },
    { text: 'Docker 27.5.1; the manifest wants 28.1' },
  ],
  [
    'no Docker where one is wanted',
    {},
    { ...plain, dockerVersion: '28.1' },
    { text: 'Docker is not installed; the manifest wants 28.1' },
  ],
  [
    'a Docker of snap',
    { docker: known({ ...docker, source: 'snap' }) },
    plain,
    { text: expect.stringContaining('a snap build') },
  ],
  [
    'a Docker that is down',
    { docker: known({ ...docker, version: undefined, trouble: 'no socket' }) },
    plain,
    { text: 'Docker does not answer: no socket' },
  ],
  [
    'no Weave where one is wanted',
    {},
    { ...plain, weaveVersion: '2.8.1' },
    { text: 'Weave is not installed; the manifest wants 2.8.1' },
  ],
  [
    'a Weave that is down',
    { weave: known({ version: '2.8.1', isRunning: false }) },
    plain,
    { text: 'Weave 2.8.1 is not running' },
  ],
  [
    'a load balancer without its socket',
    { haproxy: known({ sockets: [{ ...socket, isThere: false }], hasSocat: true }) },
    balancer,
    { text: "HAProxy's socket /run/haproxy/admin.sock does not exist" },
  ],
  [
    'a load balancer whose socket may do nothing',
    { haproxy: known({ sockets: [{ ...socket, isAdmin: false }], hasSocat: true }) },
    balancer,
    { text: 'HAProxy has no runtime socket of level admin' },
  ],
  [
    'a load balancer without socat',
    { haproxy: known({ sockets: [socket], hasSocat: false }) },
    balancer,
    { fix: 'apt-get install socat' },
  ],
  ['a load balancer of another kind', {}, balancer, { fix: expect.stringContaining('hooks.drain') }],
  [
    'a lock at work',
    { maestro: known({ lock, drained: [] }) },
    plain,
    { status: 'warning', text: 'locked by ana@ops, run r1, which is running' },
  ],
  [
    'a lock that was left',
    { maestro: known({ lock: { ...lock, quietSeconds: 7200 }, drained: [] }) },
    plain,
    { status: 'error', fix: 'maestro resume r1, or maestro unlock' },
  ],
  [
    'a drain that is open',
    { maestro: known({ lock: undefined, drained: ['r1'] }) },
    plain,
    { status: 'error', fix: 'maestro resume r1' },
  ],
]

describe('serverChecks: facts', () => {
  it.each(installs)('reports a command that cannot run: %s', (name) => {
    expect(existsSync(fileURLToPath(new URL(`../../../src/commands/${name}/command.ts`, import.meta.url)))).toBe(true)
  })

  it.each(cases)('reports %s', (_, facts, wanted, expected) => {
    expect(troubles(buildDiagnosis(facts), wanted)).toEqual([expect.objectContaining(expected)])
  })

  it.each([
    ['the very version', '27.5.1'],
    ['the beginning of it', '27.5'],
  ])('accepts the running Docker version for docker_version %s', (_, dockerVersion) => {
    expect(troubles(buildDiagnosis({ docker: known(docker) }), { ...plain, dockerVersion })).toEqual([])
  })

  it('does not accept Docker 27.1 for docker_version 27.10', () => {
    const newer = known({ ...docker, version: '27.10.0' })

    expect(troubles(buildDiagnosis({ docker: newer }), { ...plain, dockerVersion: '27.1' })).toHaveLength(1)
  })

  it('expects load balancer tools only on a load balancer', () => {
    expect(troubles(buildDiagnosis({ haproxy: known({ sockets: [], hasSocat: false }) }))).toEqual([])
  })

  it('names the owner of the HAProxy socket', () => {
    const checks = serverChecks(buildDiagnosis({ haproxy: known({ sockets: [socket], hasSocat: true }) }), balancer)

    expect(checks.find(({ area }) => area === 'load balancer')?.text).toContain('admin.sock (root:haproxy 660)')
  })
})
