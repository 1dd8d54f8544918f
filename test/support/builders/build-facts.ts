import { MaestroError } from '../../../src/base/errors.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Kernel } from '../../../src/remote/facts/kernel.ts'
import type { RebootFlag } from '../../../src/remote/facts/reboot.ts'
import type { GatherResult } from '../../../src/run/session/gather-facts.ts'
import { buildServer } from './build-server.ts'

/** The time of every made-up server's clock, in seconds. */
export const noon = Date.parse('2026-11-20T12:00:00Z') / 1000

export const known = <T>(value: T) => ({ status: 'known', value }) as const

/** Facts of a healthy server, apart from what is given. */
export function buildFacts(parts: Partial<ServerFacts> = {}): ServerFacts {
  return {
    at: noon,
    identity: known({
      machineId: 'f'.repeat(32),
      bootId: '11111111-2222-4333-8444-555555555555',
      init: 'systemd',
      initStartTicks: 1,
      uptimeSeconds: 42 * 86_400,
      hostname: 'here',
    }),
    system: known({ id: 'ubuntu', release: '24.04', codename: 'noble', name: 'Ubuntu 24.04.1 LTS', hasApt: true }),
    kernel: known(buildKernel()),
    reboot: known(buildRebootFlag()),
    needrestart: known({ hasTool: true, kernel: 'current', services: [] }),
    upgrades: known({
      security: [],
      otherCount: 0,
      held: [],
      keptBack: [],
      securityOrigins: ['Ubuntu:noble-security'],
      listsAgeSeconds: 3600,
    }),
    dpkg: known({ isInterrupted: false, broken: [], lockHolders: [] }),
    disk: known([{ path: '/', totalBytes: 100e9, freeBytes: 50e9, isReadOnly: false }]),
    docker: known(null),
    weave: known(null),
    maestro: known({ lock: undefined, drained: [] }),
    ...parts,
  }
}

export const buildKernel = (parts: Partial<Kernel> = {}): Kernel => ({
  running: '6.8.0-45-generic',
  newest: '6.8.0-45-generic',
  newestSince: undefined,
  pinned: undefined,
  rebuilt: undefined,
  ...parts,
})

export const buildRebootFlag = (parts: Partial<RebootFlag> = {}): RebootFlag => ({
  isSet: false,
  packages: [],
  since: undefined,
  hasSetter: true,
  ...parts,
})

export const buildGatherResult = (name: string, parts: Partial<ServerFacts> = {}): GatherResult => ({
  status: 'gathered',
  server: buildServer(name),
  facts: buildFacts(parts),
})

/** A server whose restart was asked for by a package three days ago. */
export const buildRebootDue = (name: string): GatherResult =>
  buildGatherResult(name, {
    reboot: known(buildRebootFlag({ isSet: true, packages: ['linux-image-generic'], since: noon - 3 * 86_400 })),
  })

export const buildRebootUnknown = (name: string): GatherResult =>
  buildGatherResult(name, { kernel: { status: 'unknown', why: 'uname is not there' } })

export function buildGatherFailure(name: string, status: 'failed' | 'unreachable', message: string): GatherResult {
  return { status, server: buildServer(name), error: new MaestroError(message, { hint: 'look at its console' }) }
}
