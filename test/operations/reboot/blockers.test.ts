import { describe, expect, it } from 'vitest'
import { rebootBlockers } from '../../../src/operations/reboot/blockers.ts'
import type { Disk } from '../../../src/remote/facts/disk.ts'
import type { Dpkg } from '../../../src/remote/facts/dpkg.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { Systemd } from '../../../src/remote/facts/systemd.ts'
import { buildFacts, known } from '../../support/builders/build-facts.ts'

const clean: Dpkg = { isInterrupted: false, broken: [], lockHolders: [] }
const up: Systemd = { state: 'running', canRunUnits: true, failed: [], inhibitors: [] }
const root: Disk = { path: '/', totalBytes: 1e10, freeBytes: 1e9, isReadOnly: false }
const sound = { dpkg: known(clean), systemd: known(up), disk: known([root]) }

const cases: readonly [string, Partial<ServerFacts>, RegExp][] = [
  [
    'apt at work',
    { dpkg: known({ ...clean, lockHolders: [{ lock: 'dpkg', pid: 7, command: 'apt-get', ageSeconds: 1 }] }) },
    /apt-get \(7\) is at work/,
  ],
  ['a package half configured', { dpkg: known({ ...clean, broken: ['nginx iF'] }) }, /not fully installed: nginx iF/],
  ['an interrupted dpkg', { dpkg: known({ ...clean, isInterrupted: true }) }, /dpkg was interrupted/],
  ['a dpkg of unknown state', { dpkg: { status: 'unknown', why: 'no sudo' } }, /is unknown: no sudo/],
  ['a root that is read-only', { disk: known([{ ...root, isReadOnly: true }]) }, /read-only/],
  ['a full root', { disk: known([{ ...root, freeBytes: 1e6 }]) }, /64 MB/],
  ['an inhibitor', { systemd: known({ ...up, inhibitors: ['backup root shutdown block'] }) }, /blocked by backup/],
  ['a shutdown under way', { systemd: known({ ...up, state: 'stopping' }) }, /going down already/],
]

describe('rebootBlockers', () => {
  it('returns nothing for a healthy server', () => {
    expect(rebootBlockers(buildFacts(sound))).toEqual([])
  })

  it('ignores the refresh of package lists', () => {
    const lists = { lock: 'lists', pid: 7, command: 'apt-get', ageSeconds: 1 }

    expect(rebootBlockers(buildFacts({ ...sound, dpkg: known({ ...clean, lockHolders: [lists] }) }))).toEqual([])
  })

  it.each(cases)('returns %s', (_, trouble, words) => {
    const progress = rebootBlockers(buildFacts({ ...sound, ...trouble }))

    expect(progress).toEqual([expect.stringMatching(words)])
  })
})
