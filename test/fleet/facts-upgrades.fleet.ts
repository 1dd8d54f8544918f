import { describe, expect, it } from 'vitest'
import {
  combineStates,
  gatherFactsInStates,
  inside,
  knownValue,
  moveAside,
  type State,
} from './support/facts-fixture.ts'

const now = Math.floor(Date.now() / 1000)
const hoursAgo = (hours: number) => now - hours * 3600
const lists = '/var/lib/apt/lists'
const stamp = '/var/lib/apt/periodic/update-success-stamp'

// All at the versions that the fleet is built with, whatever ran before.
const names = ['fl-both', 'fl-conf', 'fl-daemon', 'fl-fail', 'fl-newdep', 'fl-phased', 'fl-sec', 'fl-slow', 'fl-stdin']
const first = [...names, 'fl-upd'].map((name) => `${name}=1.0`).join(' ')
const install = 'apt-get -qq -y --allow-downgrades -o Dpkg::Options::=--force-confold install'
const firstVersions: State = {
  make: `apt-get -qq update; ${install} ${first} fl-kernel=6.8.0-41.41 >/dev/null; apt-get -qq -y purge fl-newlib`,
}

const factsOf = gatherFactsInStates({
  'app-1': firstVersions,
  'app-2': combineStates(firstVersions, {
    make: 'apt-mark hold fl-upd',
    undo: 'apt-mark unhold fl-upd',
  }),
  // What it has of its own stands in the way of an upgrade.
  'db-1': combineStates(firstVersions, {
    make: `mkdir -p /root/fl-own/DEBIAN
      printf '%s\\n' 'Package: fl-own' 'Version: 1' 'Architecture: all' 'Maintainer: own <root@localhost>' \
        'Conflicts: fl-upd (>= 1.1)' 'Description: own' >/root/fl-own/DEBIAN/control
      dpkg-deb --build /root/fl-own >/dev/null; dpkg -i /root/fl-own.deb >/dev/null`,
    undo: 'dpkg -P fl-own; rm -rf /root/fl-own*',
  }),
  'db-2': combineStates(firstVersions, {
    make: `printf 'Package: fl-sec\\nPin: version 1.0\\nPin-Priority: 1001\\n' >/etc/apt/preferences.d/fl-sec
      touch -d @${hoursAgo(5)} ${lists}; touch -d @${hoursAgo(2)} ${stamp}`,
    undo: `rm -f /etc/apt/preferences.d/fl-sec ${stamp}; touch ${lists}`,
  }),
  'lb-1': {
    make: `touch -d @${hoursAgo(3)} ${lists}; touch -d @${hoursAgo(4)} ${stamp}`,
    undo: `rm -f ${stamp}; touch ${lists}`,
  },
  'web-1': moveAside(lists),
})

// What python's apt makes of the same lists: `name installed fix`, and a name alone for what is newer without being a fix.
const pythonsView = `python3 -c '
import apt_pkg
apt_pkg.init()
cache = apt_pkg.Cache(None)
depcache = apt_pkg.DepCache(cache)
for package in cache.packages:
    installed = package.current_ver
    if installed is None: continue
    newer = [v for v in package.version_list if apt_pkg.version_compare(v.ver_str, installed.ver_str) > 0]
    fixes = [v.ver_str for v in newer if any(f.archive.endswith("-security") for f, _ in v.file_list)]
    if fixes: print(package.name, installed.ver_str, fixes[0])
    elif depcache.get_candidate_ver(package) in newer: print(package.name)
'`

describe('facts/upgrades.sh', () => {
  it.each(['app-1', 'app-2', 'db-1', 'db-2'])('on %s has the upgrades that python finds in the lists', async (name) => {
    const told = (await inside(name, pythonsView)).split('\n')

    const { security, otherCount } = knownValue(factsOf(name).upgrades)
    expect(security.map((one) => `${one.name} ${one.from} ${one.to}`).toSorted()).toEqual(
      told.filter((line) => line.includes(' ')).toSorted(),
    )
    expect(otherCount).toBe(told.filter((line) => !line.includes(' ')).length)
  })

  it('counts a fix with a newer version in -updates', () => {
    const { security, otherCount } = knownValue(factsOf('app-1').upgrades)

    const fixed = ['fl-both', 'fl-daemon', 'fl-fail', 'fl-held', 'fl-kernel', 'fl-sec', 'fl-slow']
    expect(security.map(({ name }) => name)).toEqual(fixed)
    expect(security[0]).toEqual({ name: 'fl-both', from: '1.0', to: '1.1', origin: 'Ubuntu:noble-security' })
    expect(otherCount).toBe(5)
  })

  it.each(['app-1', 'app-2'])('on %s names the holds of apt-mark', async (name) => {
    const shown = await inside(name, 'apt-mark showhold')

    const { held } = knownValue(factsOf(name).upgrades)
    expect(held).toEqual(shown.split('\n'))
    expect(held).toEqual(name === 'app-1' ? ['fl-held'] : ['fl-held', 'fl-upd'])
  })

  it('names phased upgrades as kept back, and nothing else', () => {
    const phased = { name: 'fl-phased', why: 'phased, given to 0% of all servers so far' }

    expect(knownValue(factsOf('app-1').upgrades).keptBack).toEqual([phased])
    expect(knownValue(factsOf('app-2').upgrades).keptBack).toEqual([phased])
  })

  it('names what a full upgrade would remove', () => {
    const { keptBack } = knownValue(factsOf('db-1').upgrades)

    expect(keptBack).toContainEqual({ name: 'fl-upd', why: 'a full upgrade would remove fl-own' })
  })

  it('names a fix that the administrator has pinned away', () => {
    const { keptBack, security } = knownValue(factsOf('db-2').upgrades)

    expect(keptBack).toContainEqual({ name: 'fl-sec', why: 'pinned below the installed version' })
    expect(security.map(({ name }) => name)).toContain('fl-sec')
  })
})

describe('facts/upgrades.sh: age of the lists', () => {
  it.each([
    { name: 'lb-1', from: 'the last change in their folder', at: hoursAgo(3) },
    { name: 'db-2', from: 'the last success, when nothing had changed', at: hoursAgo(2) },
  ])('is counted from $from', ({ name, at }) => {
    const facts = factsOf(name)

    expect(knownValue(facts.upgrades).listsAgeSeconds).toBe(facts.at - at)
  })

  it('is missing when no list was ever fetched', () => {
    expect(knownValue(factsOf('web-1').upgrades).listsAgeSeconds).toBeUndefined()
  })
})
