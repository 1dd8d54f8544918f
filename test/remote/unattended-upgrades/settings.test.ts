import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileText } from '../../../src/operations/unattended-upgrades/desired-config.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { callsOf, runner, textOf } from './run-script.ts'

const options = { remove: false, hold: ['libstdc++6'], origins: [] }
const ours = 'etc/apt/apt.conf.d/52maestro-unattended-upgrades'
const note = 'var/lib/maestro/unattended-upgrades/settings'
const stamp = 'var/lib/systemd/timers/stamp-apt-daily.timer'
const both = 'apt-daily.timer apt-daily-upgrade.timer'
const files = { 'etc/apt/apt.conf.d': null, 'run/systemd/system': null, [stamp]: '' }

// Timers that are as a file says: `stopped` is there while they are.
const systemctl = `
  echo "$*" >>"$MAESTRO_ROOT/calls"
  stopped=no
  if [ -e "$MAESTRO_ROOT/stopped" ]; then stopped=yes; fi
  case "$*-$stopped" in
    *is-active*-yes) exit 3 ;;
    show*UnitFileState-yes) echo UnitFileState=disabled ;;
    show*UnitFileState-no) echo UnitFileState=enabled ;;
    show*ActiveState-yes) echo ActiveState=inactive ;;
    show*ActiveState-no) echo ActiveState=active ;;
    start*-yes) mv "$MAESTRO_ROOT/stopped" "$MAESTRO_ROOT/started" ;;
  esac`

const changes = (server: FakeServer) => callsOf(server).filter((call) => !/^show|is-active/.test(call))

describe.each(shells())('unattended-upgrades/configure.sh and restore.sh under $name', (shell) => {
  const run = runner(shell)
  const text = fileText('ubuntu', options)
  const configure = (server: FakeServer, timers = '') => run(server, 'configure', { text: text.trimEnd(), timers })

  it('configure.sh writes one complete file with mode 644 and leaves no other', () => {
    const server = fakeServer({ files, tools: { systemctl } })

    configure(server)

    expect(textOf(server, ours)).toBe(text)
    expect(statSync(`${server.root}/${ours}`).mode & 0o777).toBe(0o644)
    expect(readdirSync(`${server.root}/etc/apt`)).toEqual(['apt.conf.d'])
    expect(changes(server)).toEqual([])
  })

  it('configure.sh starts the given timers, which then have no run to catch up on', () => {
    const server = fakeServer({ files: { ...files, stopped: '' }, tools: { systemctl } })
    utimesSync(`${server.root}/${stamp}`, 1e9, 1e9)

    configure(server, 'apt-daily.timer')

    expect(changes(server)).toEqual(['-q enable apt-daily.timer', 'start apt-daily.timer'])
    expect(statSync(`${server.root}/${stamp}`).mtimeMs).toBeGreaterThan(1e12)
  })

  it('configure.sh leaves the stamp of a timer alone that only has to be enabled', () => {
    const server = fakeServer({ files, tools: { systemctl } })
    utimesSync(`${server.root}/${stamp}`, 1e9, 1e9)

    configure(server, 'apt-daily.timer')

    expect(statSync(`${server.root}/${stamp}`).mtimeMs).toBe(1e12)
  })

  it('configure.sh records the timers before the first change, with mode 600, and only once', () => {
    const server = fakeServer({ files: { ...files, stopped: '' }, tools: { systemctl } })

    configure(server, both)
    configure(server, both)

    expect(textOf(server, note)).toBe(
      'scheduler\ntimer apt-daily.timer disabled inactive\ntimer apt-daily-upgrade.timer disabled inactive\n',
    )
    expect(statSync(`${server.root}/${note}`).mode & 0o077).toBe(0)
    expect(statSync(`${server.root}/var/lib/maestro/unattended-upgrades`).mode & 0o077).toBe(0)
  })

  it('configure.sh works without systemd', () => {
    const server = fakeServer({ files: { 'etc/apt/apt.conf.d': null } })

    configure(server)

    expect([textOf(server, ours), textOf(server, note)]).toEqual([text, 'scheduler\n'])
  })

  it('restore.sh removes file and record, and restores the given timers', () => {
    const server = fakeServer({ files, tools: { systemctl } })
    configure(server)
    run(server, 'mark-verified', { hash: '0af3' })

    run(server, 'restore', { stop: both, disable: 'apt-daily-upgrade.timer' })

    expect(changes(server)).toEqual([
      'stop apt-daily.timer',
      'stop apt-daily-upgrade.timer',
      '-q disable apt-daily-upgrade.timer',
    ])
    expect([textOf(server, ours), existsSync(`${server.root}/var/lib/maestro/unattended-upgrades`)]).toEqual([
      undefined,
      false,
    ])
    expect(() => run(server, 'restore', { stop: '', disable: '' })).not.toThrow()
  })

  it('mark-verified.sh replaces the last verification mark', () => {
    const server = fakeServer()

    for (const hash of ['0af3', '1b2c']) run(server, 'mark-verified', { hash })

    expect(textOf(server, 'var/lib/maestro/unattended-upgrades/proved')).toBe('proved 1b2c\n')
  })

  it('restore.sh keeps the record until every timer could be stopped', () => {
    const server = fakeServer({ files, tools: { systemctl: 'case "$1" in stop) exit 1 ;; esac' } })
    configure(server)

    expect(() => run(server, 'restore', { stop: 'apt-daily.timer', disable: '' })).toThrow()

    expect(textOf(server, note)).toBeDefined()
  })
})
