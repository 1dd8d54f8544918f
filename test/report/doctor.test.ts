import { describe, expect, it } from 'vitest'
import { MaestroError } from '../../src/errors.ts'
import type { Look } from '../../src/remote/look.ts'
import { renderFindings } from '../../src/report/doctor-view.ts'
import type { Wanted } from '../../src/report/look-checks.ts'
import { serverChecks } from '../../src/report/server-checks.ts'
import type { Examined } from '../../src/run/examine-servers.ts'
import { aLook, aServer } from '../support/looks.ts'

const about = {
  login: 'deploy@web-1:22',
  bastions: ['ops@jump:22'],
  proof: 'key /k',
  software: 'SSH-2.0-OpenSSH_9.2p1',
  hostKey: 'ssh-ed25519 SHA256:x',
  kex: 'curve25519-sha256',
  cipher: 'aes128-gcm@openssh.com',
  phases: [
    { phase: 'connect', durationMs: 12.4 },
    { phase: 'turn', durationMs: 0.1 },
    { phase: 'auth', durationMs: 11_400 },
  ],
} as const
const known = <T>(value: T) => ({ is: 'known', value }) as const

const well: Partial<Look> = {
  tools: known({ user: 'deploy', missing: [] }),
  systemd: known({ state: 'running', canRunUnits: true, failed: [], inhibitors: [] }),
  balancer: known(null),
}
const anExamined = (parts: Partial<Look> = {}, more: Partial<Examined> = {}): Examined => ({
  server: aServer('web-1'),
  connection: { is: 'made', about },
  look: aLook({ ...well, ...parts }),
  rootTrouble: undefined,
  aheadSeconds: 1,
  ...more,
})

const nothingWanted: Wanted = { isBalancer: false }
const troubles = (examined: Examined, wanted = nothingWanted) =>
  serverChecks(examined, wanted).filter(({ is }) => is !== 'ok')

describe('the checks of a server', () => {
  it('are all well where all is', () => {
    expect(troubles(anExamined())).toEqual([])
  })

  it('tell how the connection came about, phase by phase', () => {
    const [first] = serverChecks(anExamined(), nothingWanted)

    expect(first?.text).toBe(
      'deploy@web-1:22 over ops@jump:22 by key /k; ssh-ed25519 SHA256:x; connect 12 ms, auth 11 s',
    )
  })

  it('end with the connection where there is none, and say how far it came', () => {
    const error = new MaestroError('web-1:22 said nothing', { hint: 'look at it' })
    const phases = [{ phase: 'connect', durationMs: 3 }] as const

    expect(
      serverChecks({ server: aServer('web-1'), connection: { is: 'failed', error, phases } }, nothingWanted),
    ).toEqual([
      {
        area: 'connection',
        is: 'bad',
        text: 'web-1:22 said nothing (connect 3 ms)',
        stops: ['every command'],
        fix: 'look at it',
      },
    ])
  })

  const rootTrouble = new MaestroError('sudo wants a password', { hint: 'NOPASSWD' })
  const gone = { path: '/', totalBytes: 1e10, freeBytes: 1e6, isReadOnly: false }
  const socket = { path: '/run/haproxy/admin.sock', isAdmin: true, isThere: false }
  it.each<[string, Examined, Wanted, object]>([
    ['sudo that refuses', anExamined({}, { rootTrouble }), nothingWanted, { area: 'sudo', is: 'bad', fix: 'NOPASSWD' }],
    [
      'a clock that is behind',
      anExamined({}, { aheadSeconds: -90 }),
      nothingWanted,
      { area: 'clock', text: expect.stringContaining('1 min behind') },
    ],
    [
      'a tool that is missing',
      anExamined({ tools: known({ user: 'a', missing: ['flock'] }) }),
      nothingWanted,
      { is: 'bad', text: 'missing: flock' },
    ],
    [
      'a full disk',
      anExamined({ disk: known([gone]) }),
      nothingWanted,
      { area: 'disk', is: 'warn', text: '/ has 0 MB free' },
    ],
    [
      'a disk that is read-only',
      anExamined({ disk: known([{ ...gone, isReadOnly: true }]) }),
      nothingWanted,
      { area: 'disk', is: 'bad' },
    ],
    [
      'a dpkg that was interrupted',
      anExamined({ dpkg: known({ isInterrupted: true, broken: [], lockHolders: [] }) }),
      nothingWanted,
      { area: 'apt', fix: 'sudo dpkg --configure -a' },
    ],
    [
      'a part that cannot be told',
      anExamined({ dpkg: { is: 'unknown', why: 'no dpkg' } }),
      nothingWanted,
      { area: 'apt', is: 'unknown', text: 'no dpkg' },
    ],
    [
      'a failed unit',
      anExamined({ systemd: known({ state: 'degraded', canRunUnits: true, failed: ['a.service'], inhibitors: [] }) }),
      nothingWanted,
      { area: 'systemd', text: 'failed: a.service' },
    ],
    [
      'a shutdown that is blocked',
      anExamined({ systemd: known({ state: 'running', canRunUnits: true, failed: [], inhibitors: ['vm root'] }) }),
      nothingWanted,
      { text: 'a shutdown is blocked: vm root' },
    ],
    [
      'another Docker than is wanted',
      anExamined({
        docker: known({ version: '20.10', client: '20.10', trouble: undefined, source: 'docker-ce', containers: [] }),
      }),
      { ...nothingWanted, dockerVersion: '27.5.1' },
      { area: 'docker', text: '20.10 (docker-ce); the manifest wants 27.5.1' },
    ],
    [
      'a load balancer without its socket',
      anExamined({ balancer: known({ sockets: [socket], hasSocat: false }) }),
      { isBalancer: true },
      { area: 'balancer', text: "HAProxy's socket /run/haproxy/admin.sock is not there" },
    ],
    [
      'a drain that is open',
      anExamined({ maestro: known({ lock: undefined, drained: ['r1'] }) }),
      nothingWanted,
      { area: 'maestro', is: 'bad', fix: 'maestro resume r1' },
    ],
  ])('name %s', (_, examined, wanted, check) => {
    expect(troubles(examined, wanted)).toEqual([expect.objectContaining(check)])
  })

  it('ask of no server what only a load balancer has to have', () => {
    expect(troubles(anExamined({ balancer: known({ sockets: [], hasSocat: false }) }))).toEqual([])
  })
})

describe('what the doctor prints', () => {
  const bare = { screen: { columns: undefined, hasColour: false }, isVerbose: false, isQuiet: false }
  const findings = ['a-1', 'a-2', 'b-1'].map((server) => ({
    server,
    checks: serverChecks(anExamined({}, server === 'b-1' ? {} : { aheadSeconds: 60 }), nothingWanted),
  }))

  it('puts servers with the same trouble together, with the line that puts it right, those that are well last', () => {
    expect(renderFindings(findings, bare)).toBe(
      [
        'a-[1-2] (2 servers)',
        "  note     clock       1 min ahead of this computer's clock: signatures and windows go by it",
        '                       fix: timedatectl set-ntp true',
        '',
        'b-1: all well',
      ].join('\n'),
    )
  })

  it('is nothing of those that are well when quiet, and everything of each when verbose', () => {
    const quiet = renderFindings(findings, { ...bare, isQuiet: true })
    const verbose = renderFindings(findings, { ...bare, isVerbose: true })

    expect(quiet).not.toContain('b-1')
    expect(verbose.match(/we can become root/g)).toHaveLength(3)
  })

  it('lets nothing of a server reach the terminal raw, and stays within its columns', () => {
    const error = new MaestroError(`\u001b[2Jowned ${'x'.repeat(200)}`)
    const checks = serverChecks(
      { server: aServer('w'), connection: { is: 'failed', error, phases: [] } },
      nothingWanted,
    )
    const text = renderFindings([{ server: 'w', checks }], { ...bare, screen: { columns: 80, hasColour: false } })

    expect(text).not.toContain('\u001b')
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
  })
})
