import { describe, expect, it } from 'vitest'
import { needsAttention } from '../../../src/checks/attention.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { widthOf } from '../../../src/report/format/table.ts'
import { statusView } from '../../../src/report/status/view.ts'
import {
  buildFacts,
  buildGatherFailure,
  buildGatherResult,
  buildRebootDue,
  known,
  noon,
} from '../../support/builders/build-facts.ts'

const inPipe = { screen: { columns: undefined, hasColour: false }, isQuiet: false, isVerbose: false }
const onTerminal = { ...inPipe, screen: { columns: 80, hasColour: false } }

const openssl = { name: 'libssl3', from: '3.0.13-0ubuntu3.4', to: '3.0.13-0ubuntu3.5', origin: 'Ubuntu:noble-security' }
const updates = {
  security: [openssl],
  otherCount: 4,
  held: ['nginx'],
  keptBack: [{ name: 'php', why: 'needs removal of x' }],
  securityOrigins: ['Ubuntu:noble-security'],
  listsAgeSeconds: 3600,
}
const off = {
  isInstalled: true,
  isDaily: false,
  why: 'apt-daily-upgrade.timer is masked',
  origins: [],
  rebootsByItself: true,
  lastRunAt: undefined,
  nextRunAt: undefined,
}
const stuck = {
  isInterrupted: true,
  broken: ['nginx half-configured'],
  lockHolders: [{ lock: 'frontend', pid: 812, command: 'apt-get', ageSeconds: 190 }],
}
const paused = {
  name: 'api',
  image: 'api:1',
  state: 'exited',
  health: undefined,
  restartPolicy: 'always',
  startedAt: '2026-11-20T09:12:44Z',
}

describe('needsAttention', () => {
  const cases: readonly (readonly [string, Partial<ServerFacts>, string])[] = [
    ['an interrupted dpkg', { dpkg: known(stuck) }, 'dpkg was interrupted'],
    ['half-installed packages', { dpkg: known(stuck) }, 'not fully installed: nginx half-configured'],
    ['who holds a lock', { dpkg: known(stuck) }, "apt's frontend lock held by apt-get (pid 812, 3 min)"],
    [
      'a full disk',
      { disk: known([{ path: '/var', totalBytes: 1000, freeBytes: 40, isReadOnly: false }]) },
      '/var 96% full',
    ],
    [
      'a read-only disk',
      { disk: known([{ path: '/', totalBytes: 9, freeBytes: 9, isReadOnly: true }]) },
      '/ is read-only',
    ],
    [
      'unattended upgrades that are off',
      { unattended: known(off) },
      'no unattended upgrades (apt-daily-upgrade.timer is masked)',
    ],
    ['unattended reboots', { unattended: known(off) }, 'unattended upgrades reboot the server'],
    [
      'a held package with a security fix',
      { upgrades: known({ ...updates, held: ['nginx', 'libssl3'] }) },
      'held despite a security fix: libssl3',
    ],
    [
      'a security fix that is kept back',
      { upgrades: known({ ...updates, keptBack: [{ name: 'libssl3', why: 'needs removal of x' }] }) },
      'security fix kept back: libssl3 (needs removal of x)',
    ],
    [
      'sources without a security origin',
      { upgrades: known({ ...updates, securityOrigins: [] }) },
      'no security origin among the package sources',
    ],
    ['lists that are old', { upgrades: known({ ...updates, listsAgeSeconds: 5 * 86_400 }) }, 'package lists 5 d old'],
    [
      'a Docker that is down',
      {
        docker: known({
          version: undefined,
          client: undefined,
          trouble: 'no socket',
          source: 'docker-ce',
          containers: [],
        }),
      },
      'Docker does not answer: no socket',
    ],
    [
      'a container that is not there',
      {
        docker: known({
          version: '27.5.1',
          client: '27.5.1',
          trouble: undefined,
          source: 'docker-ce',
          containers: [paused],
        }),
      },
      'container api is exited',
    ],
    [
      'services on old libraries',
      { needrestart: known({ hasTool: true, kernel: 'current', services: ['ssh.service'] }) },
      'on old libraries: ssh.service',
    ],
    [
      'a part that is unknown',
      { disk: { status: 'unknown', why: 'df gave no answer' } },
      'disk unknown: df gave no answer',
    ],
  ]
  it.each(cases)('names %s', (_, parts, text) => {
    expect(needsAttention(buildFacts(parts))).toContain(text)
  })

  it('is empty for a healthy server', () => {
    expect(needsAttention(buildFacts())).toEqual([])
  })
})

describe('statusView', () => {
  const fleet = [
    buildGatherResult('web-1'),
    buildGatherResult('web-2'),
    buildGatherResult('web-3', { upgrades: known(updates) }),
    buildRebootDue('db-1'),
    buildGatherFailure('lb-1', 'unreachable', 'no answer'),
  ]

  it('groups equal servers, those that need attention first, within the width of the terminal', () => {
    const lines = statusView.render(fleet, onTerminal).split('\n')

    const names = lines.map((line) => line.split(/ {2,}/)[0]).filter((name) => /^(web|db|lb)/.test(name ?? ''))
    expect(names.slice(0, 4)).toEqual(['db-1', 'lb-1', 'web-3', 'web-[1-2]'])
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(80)
  })

  it('prints the number of security upgrades, and unknown when that is not known', () => {
    const unknown = buildGatherResult('a', { upgrades: { status: 'unknown', why: 'apt-get is not there' } })

    expect(statusView.render([...fleet, unknown], inPipe)).toMatch(/^web-3 +1 due +not due +ubuntu 24.04/m)
    expect(statusView.render([unknown], inPipe)).toMatch(/^a +unknown .*upgrades unknown: apt-get is not there/m)
  })

  it('does not report a server without package lists as up to date', () => {
    const never = buildGatherResult('a', { upgrades: known({ ...updates, security: [], listsAgeSeconds: undefined }) })

    expect(statusView.render([never], inPipe)).toMatch(/^a +unknown .*package lists were never fetched/m)
    expect(statusView.isDueOrUnknown(never)).toBe(true)
    expect(statusView.metrics(never).map(({ metric }) => metric)).not.toContain('maestro_security_upgrades_pending')
  })

  it('does not report ordinary holds and phased updates, but prints them with --verbose', () => {
    const everyday = buildGatherResult('a', { upgrades: known(updates) })

    expect(needsAttention(buildFacts({ upgrades: known(updates) }))).toEqual([])
    expect(statusView.render([everyday], { ...inPipe, isVerbose: true })).toMatch(
      /held +nginx\n +kept back +php \(needs removal of x\)/,
    )
  })

  it('warns about a release out of support', () => {
    const old = known({ id: 'ubuntu', release: '24.10', codename: 'oracular', name: 'Ubuntu 24.10', hasApt: true })

    expect(statusView.render([buildGatherResult('a', { system: old })], inPipe)).toContain(
      'Ubuntu 24.10 is out of support since 2025-07-10',
    )
  })

  it('prints every fact with --verbose', () => {
    const text = statusView.render([buildGatherResult('web-3', { upgrades: known(updates) })], {
      ...inPipe,
      isVerbose: true,
    })

    expect(text).toContain('libssl3 3.0.13-0ubuntu3.4 -> 3.0.13-0ubuntu3.5 (Ubuntu:noble-security)')
    expect(text).toContain('Ubuntu 24.04.1 LTS')
    expect(text).toContain('11111111-2222-4333-8444-555555555555')
  })

  it('prints the Docker setup and versions that differ from the manifest', () => {
    const components = { apiMinimum: '1.24', containerd: '1.7.24', runc: '1.1.12', compose: undefined }
    const docker = {
      version: '26.1.5+dfsg1',
      client: '26.1.5',
      trouble: undefined,
      source: 'docker-ce',
      containers: [],
    }
    const web = buildGatherResult('a', {
      docker: known({ ...docker, components }),
      weave: known({ version: '2.8.1', isRunning: true }),
    })
    const print = (dockerVersion: string) =>
      statusView.render([web], {
        ...inPipe,
        isVerbose: true,
        expectedVersions: () => ({ dockerVersion, weaveVersion: '2.9.0', isBalancer: false }),
      })

    expect(print('27.3.1')).toMatch(
      /docker +26.1.5\+dfsg1 \(docker-ce\); the manifest wants 27.3.1\n +with +oldest API 1.24, containerd 1.7.24, runc 1.1.12\n/,
    )
    expect(print('27.3.1')).toMatch(/weave +2.8.1; the manifest wants 2.9.0\n/)
    for (const met of ['26.1.5', '26.1', 'latest', 'distribution', '5:26.1.5-1~ubuntu.24.04~noble'])
      expect(print(met)).toMatch(/\(docker-ce\)\n/)
  })

  it('counts servers with pending or unknown security upgrades in the exit code', () => {
    expect(statusView.isDueOrUnknown(buildGatherResult('a'))).toBe(false)
    expect(statusView.isDueOrUnknown(buildGatherResult('a', { upgrades: known(updates) }))).toBe(true)
    expect(statusView.isDueOrUnknown(buildGatherResult('a', { upgrades: { status: 'unknown', why: '' } }))).toBe(true)
  })

  it('prints which run has locked or drained a server', () => {
    const lock = { owner: 'ana@ops', run: 'r1', since: noon - 600, quietSeconds: 5, busy: [] }
    const text = statusView.render([buildGatherResult('a', { maestro: known({ lock, drained: ['r0'] }) })], {
      ...inPipe,
      isVerbose: true,
    })

    expect(text).toContain('held by ana@ops, run r1, for 10 min')
    expect(text).toContain('by run r0')
  })
})
