import { existsSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { printRecorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const lists = { 'var/lib/apt/lists/archive.ubuntu.com_ubuntu_dists_noble_main_binary-amd64_Packages': '' }

/** apt and dpkg as recorded on one release; without names `apt-cache policy` tells its sources. */
const aptOf = (release: string) => ({
  id: 'echo 1000',
  dpkg: 'echo amd64',
  'dpkg-query': printRecorded(`dpkg-query-${release}`),
  'apt-cache': `for last; do :; done
    [ "$last" = policy ] && exec ${printRecorded(`apt-cache-policy-${release}`)}
    ${printRecorded(`apt-cache-policy-packages-${release}`)}`,
  'apt-get': `case " $* " in
    *' -s upgrade --with-new-pkgs '*) ${printRecorded(`apt-get-upgrade-${release}`)} ;;
    *' -s dist-upgrade '*) ${printRecorded(`apt-get-dist-upgrade-${release}`)} ;;
    *) exit 1 ;;
    esac`,
})

describe.each(shells())('facts/upgrades.sh under $name', (shell) => {
  it('counts a security fix even when -updates has a newer version', () => {
    const { upgrades } = fakeServer({ files: lists, tools: aptOf('ubuntu-24.04') }).facts(['upgrades'], shell)

    const origin = 'Ubuntu:noble-security'
    expect(upgrades).toMatchObject({
      status: 'known',
      value: {
        security: [
          { name: 'fl-both', from: '1.0', to: '1.1', origin },
          { name: 'fl-daemon', from: '1.0', to: '1.1', origin },
          { name: 'fl-fail', from: '1.0', to: '1.1', origin },
          { name: 'fl-held', from: '1.0', to: '1.1', origin },
          { name: 'fl-kernel', from: '6.8.0-41.41', to: '6.8.0-45.45', origin },
          { name: 'fl-sec', from: '1.0', to: '1.1', origin },
          { name: 'fl-slow', from: '1.0', to: '1.1', origin },
        ],
        otherCount: 7,
        held: ['fl-held'],
        securityOrigins: [origin],
      },
    })
  })

  it('prints held packages as apt names them, also on multiarch', () => {
    const tools = {
      ...aptOf('ubuntu-24.04'),
      'dpkg-query': "printf '%s\\n' 'hi |libc6:amd64' 'hi |libc6:i386' 'ii |bash'",
    }
    const { upgrades } = fakeServer({ files: lists, tools }).facts(['upgrades'], shell)

    expect(upgrades).toMatchObject({ status: 'known', value: { held: ['libc6', 'libc6:i386'] } })
  })

  it('prints why apt keeps a package back', () => {
    const { upgrades } = fakeServer({ files: lists, tools: aptOf('ubuntu-24.04') }).facts(['upgrades'], shell)

    expect(upgrades).toMatchObject({
      value: {
        keptBack: [
          { name: 'ex-broken', why: 'what it depends on cannot be had' },
          { name: 'ex-clash', why: 'a full upgrade would remove ex-base' },
          { name: 'fl-phased', why: 'phased, given to 0% of all servers so far' },
        ],
      },
    })
  })

  it('detects the security archive of Debian by its label, whatever its suite', () => {
    const { upgrades } = fakeServer({ files: lists, tools: aptOf('debian-12') }).facts(['upgrades'], shell)

    const origin = 'Debian:oldstable-security'
    expect(upgrades).toMatchObject({
      value: {
        security: [
          { name: 'jq', from: '1.6-2.1+deb12u1', to: '1.6-2.1+deb12u3', origin },
          { name: 'libssl3', from: '3.0.19-1~deb12u2', to: '3.0.22-1~deb12u2', origin },
          { name: 'linux-libc-dev', from: '6.1.187-1', to: '6.1.192-2', origin },
          { name: 'tzdata', from: '2025b-0+deb12u2', to: '2026f-0+deb12u1', origin },
        ],
        otherCount: 2,
        held: [],
        keptBack: [],
        securityOrigins: [origin],
      },
    })
  })

  it('prints none on a fresh system, without a simulation of full-upgrade', () => {
    const { upgrades } = fakeServer({ files: lists, tools: aptOf('debian-13') }).facts(['upgrades'], shell)

    expect(upgrades).toMatchObject({ status: 'known', value: { security: [], otherCount: 0, keptBack: [] } })
  })

  it('prints the age of the newest package list', () => {
    const stamp = { 'var/lib/apt/periodic/update-success-stamp': '' }
    const server = fakeServer({
      files: { ...lists, ...stamp },
      tools: { ...aptOf('ubuntu-24.04'), date: 'echo 1795003600' },
    })
    utimesSync(`${server.root}/var/lib/apt/lists`, 1_794_000_000, 1_794_000_000)
    utimesSync(`${server.root}/var/lib/apt/periodic/update-success-stamp`, 1_795_000_000, 1_795_000_000)

    expect(server.facts(['upgrades'], shell).upgrades).toMatchObject({ value: { listsAgeSeconds: 3600 } })
  })

  it('prints no age when lists were never fetched', () => {
    const server = fakeServer({ files: { 'var/lib/apt/lists/lock': '' }, tools: aptOf('debian-13') })

    expect(server.facts(['upgrades'], shell).upgrades).toMatchObject({
      status: 'known',
      value: { listsAgeSeconds: undefined },
    })
  })

  it.each([
    [
      'apt-get',
      "echo 'E: Unmet dependencies. Try apt --fix-broken install' >&2; exit 100",
      'E: Unmet dependencies. Try apt --fix-broken install',
    ],
    [
      'apt-cache',
      "echo 'E: The package cache file is corrupted' >&2; exit 100",
      'E: The package cache file is corrupted',
    ],
    ['dpkg-query', "echo 'dpkg-query: error: parsing file' >&2; exit 2", 'dpkg-query: error: parsing file'],
  ])('is unknown when %s fails', (tool, text, why) => {
    const server = fakeServer({ files: lists, tools: { ...aptOf('ubuntu-24.04'), [tool]: text } })

    expect(server.facts(['upgrades'], shell).upgrades).toEqual({ status: 'unknown', why })
  })

  it('leaves out new packages when apt can install none of them', () => {
    const broken = `case " $* " in
      *' --with-new-pkgs '*) echo 'E: Broken packages' >&2; exit 100 ;;
      *' -s upgrade '*) ${printRecorded('apt-get-upgrade-ubuntu-24.04')} ;;
      *) ${printRecorded('apt-get-dist-upgrade-ubuntu-24.04')} ;;
      esac`
    const clock = { date: 'echo 1795000000' }
    const whole = fakeServer({ tools: { ...aptOf('ubuntu-24.04'), ...clock } }).facts(['upgrades'], shell).upgrades

    const server = fakeServer({ tools: { ...aptOf('ubuntu-24.04'), ...clock, 'apt-get': broken } })

    expect(whole).toMatchObject({ status: 'known', value: { security: { length: 7 } } })
    expect(server.facts(['upgrades'], shell).upgrades).toEqual(whole)
  })

  it('is unknown without apt', () => {
    expect(fakeServer().facts(['upgrades'], shell).upgrades).toEqual({
      status: 'unknown',
      why: 'this system has no apt',
    })
  })

  it('does not let apt write when it runs as root', () => {
    const log = (tool: string) =>
      `echo "TMPDIR=$TMPDIR $*" >>"$MAESTRO_ROOT/${tool}.log"; ${aptOf('ubuntu-24.04')[tool as 'apt-get']}`
    const tools = { ...aptOf('ubuntu-24.04'), id: 'echo 0', 'apt-get': log('apt-get'), 'apt-cache': log('apt-cache') }
    const server = fakeServer({ files: lists, tools })

    server.facts(['upgrades'], shell)

    const calls = server.run('cat "$MAESTRO_ROOT"/*.log').stdout.trim().split('\n')
    expect(calls).toHaveLength(4)
    for (const call of calls) {
      expect(call).toContain(`TMPDIR=${existsSync('/dev/shm') ? '/dev/shm' : ''} `)
      for (const option of [
        'Dir::Cache::pkgcache=',
        'Dir::Cache::srcpkgcache=',
        'Dir::Log::Planner=',
        'Dir::Log::Solver=',
      ]) {
        expect(call).toContain(`-o ${option} `)
      }
    }
  })
})
