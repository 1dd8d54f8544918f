import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { readPeriodic } from '../../../src/remote/facts/periodic.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { printRecorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const systemd = { 'run/systemd/system': null }
const parts = 'etc/apt/apt.conf.d'
const ourPath = `${parts}/52maestro-unattended-upgrades`
const shown = (active: string, enabled: string) =>
  `for unit in "$2" "$3"; do
    printf 'Id=%s\\nLoadState=loaded\\nActiveState=${active}\\nSubState=waiting\\nUnitFileState=${enabled}\\n' "$unit"
    printf 'NextElapseUSecRealtime=Tue 2026-11-24 06:05:11 UTC\\n\\n'
  done`
const tools = {
  'apt-config': printRecorded('apt-config-dump-ubuntu-24.04'),
  'apt-cache': `printf 'unattended-upgrades:\\n  Installed: (none)\\n  Candidate: 2.9.1\\n'`,
  'dpkg-query': `printf 'install ok installed|2.8.1'`,
  systemctl: shown('active', 'enabled'),
}

function known({ periodic }: ServerFacts) {
  if (periodic?.status !== 'known') throw new Error(`unknown: ${periodic?.why}`)
  return periodic.value
}

describe.each(shells())('facts/periodic.sh under $name', (shell) => {
  const look = (files: Readonly<Record<string, string | null>>, others: Readonly<Record<string, string>> = {}) =>
    known(fakeServer({ files: { ...systemd, ...files }, tools: { ...tools, ...others } }).facts(['periodic'], shell))

  it('prints the package, the options, the timers and an unchanged file', () => {
    const { options, ...rest } = look({})

    expect(options).toContainEqual({ name: 'APT::Periodic::Unattended-Upgrade', value: '1' })
    expect(rest).toEqual({
      package: { status: 'installed', version: '2.8.1' },
      files: [],
      isEdited: false,
      ours: undefined,
      scheduler: 'systemd',
      timers: ['apt-daily.timer', 'apt-daily-upgrade.timer'].map((unit) => ({
        unit,
        load: 'loaded',
        isEnabled: true,
        isActive: true,
        isRunning: false,
        nextAt: Date.UTC(2026, 10, 24, 6, 5, 11) / 1000,
      })),
      was: { timers: undefined, packages: [], proved: undefined },
    })
  })

  it('prints that nothing starts the upgrades without timers and cron', () => {
    const server = fakeServer({ tools })

    expect(known(server.facts(['periodic'], shell)).scheduler).toBe('none')
  })

  it('prints a missing package and its candidate', () => {
    const { package: its } = look({}, { 'dpkg-query': 'exit 1' })

    expect(its).toEqual({ status: 'missing', candidate: '2.9.1' })
  })

  it('prints no candidate when the lists have none', () => {
    const { package: its } = look({}, { 'dpkg-query': 'exit 1', 'apt-cache': '' })

    expect(its).toEqual({ status: 'missing', candidate: undefined })
  })

  it.each([
    ['deinstall ok config-files', { status: 'missing', candidate: '2.9.1' }],
    ['install ok half-configured', { status: 'half-installed', state: 'half-configured' }],
  ])('reads dpkg status %s', (state, expected) => {
    expect(look({}, { 'dpkg-query': `printf '${state}|2.8'` }).package).toEqual(expected)
  })

  it('prints files with our settings in the order of apt, apt.conf last, without ignored names', () => {
    const { files } = look({
      [`${parts}/99b`]: 'Unattended-Upgrade::X "1";\n\n// end',
      [`${parts}/10a.conf`]: 'APT { Periodic { Enable "0"; }; };',
      [`${parts}/20other`]: 'Acquire::Retries "3";',
      [`${parts}/50x.dpkg-old`]: 'Unattended-Upgrade::X "2";',
      [`${parts}/50x~`]: 'Unattended-Upgrade::X "3";',
      'etc/apt/apt.conf': 'APT::Periodic::Enable "1";',
    })

    expect(files).toEqual([
      { path: '/etc/apt/apt.conf.d/10a.conf', text: 'APT { Periodic { Enable "0"; }; };\n' },
      { path: '/etc/apt/apt.conf.d/99b', text: 'Unattended-Upgrade::X "1";\n\n// end\n' },
      { path: '/etc/apt/apt.conf', text: 'APT::Periodic::Enable "1";\n' },
    ])
  })

  it.each([
    { now: 'as it came', isEdited: false, count: 0 },
    { now: 'changed', isEdited: true, count: 1 },
  ])('prints whether the file of the package is $now: changed $isEdited', ({ now, isEdited, count }) => {
    const name = '50unattended-upgrades'
    const text = (words: string) => `Unattended-Upgrade::X "${words}";\n`

    const told = look({
      [`${parts}/${name}`]: text(now),
      [`usr/share/unattended-upgrades/${name}`]: text('as it came'),
    })

    expect([told.isEdited, told.files.length]).toEqual([isEdited, count])
  })

  it('prints the file of maestro separately and completely', () => {
    const told = look({ [ourPath]: '// first\nAPT::Periodic::Enable "1";\n' })

    expect([told.ours, told.files]).toEqual(['// first\nAPT::Periodic::Enable "1";\n', []])
  })

  it('prints the notes from before the first change, but no incomplete note', () => {
    const notes = 'var/lib/maestro/unattended-upgrades'

    const { was } = look({
      [`${notes}/settings`]: 'scheduler\ntimer apt-daily.timer disabled inactive\n',
      [`${notes}/package`]: 'package unattended-upgrades\npackage python3-apt\n',
      [`${notes}/proved`]: 'proved 0af3\n',
      [`${notes}/package.new`]: 'package half\n',
      'var/lib/maestro/lock/owner': 'package not-this\n',
    })

    expect(was).toEqual({
      timers: [{ unit: 'apt-daily.timer', isEnabled: false, isActive: false }],
      packages: ['unattended-upgrades', 'python3-apt'],
      proved: '0af3',
    })
  })

  it('is unknown, with the words of apt, when its configuration is invalid', () => {
    const broken = { 'apt-config': 'echo "E: Syntax error /etc/apt/apt.conf.d/99x:1: Extra junk" >&2; exit 100' }

    const { periodic } = fakeServer({ files: systemd, tools: { ...tools, ...broken } }).facts(['periodic'], shell)

    expect(periodic).toEqual({ status: 'unknown', why: 'E: Syntax error /etc/apt/apt.conf.d/99x:1: Extra junk' })
  })
})

describe('readPeriodic', () => {
  const told = { periodic_edited: 'no', periodic_scheduler: 'systemd' }
  const timer = (...parts: readonly string[]) =>
    readPeriodic(buildFields({ ...told, periodic_timer: ['Id=a.timer', ...parts].join('|') })).timers[0]

  it.each([
    ['masked', { load: 'masked' }, ['LoadState=masked', 'UnitFileState=masked']],
    ['disabled', { isEnabled: false, isActive: true }, ['UnitFileState=disabled', 'ActiveState=active']],
    ['enabled until the next boot', { isEnabled: false }, ['UnitFileState=enabled-runtime']],
    ['at work', { isRunning: true, nextAt: undefined }, ['SubState=running', 'NextElapseUSecRealtime=']],
    ['without a next time', { nextAt: undefined }, ['NextElapseUSecRealtime=n/a']],
  ])('reads a timer that is %s', (_, expected, parts) => {
    expect(timer(...parts)).toMatchObject(expected)
  })

  it('ignores a timer without a name', () => {
    expect(() => readPeriodic(buildFields({ ...told, periodic_timer: 'LoadState=loaded|' }))).toThrow(
      /did not show a timer/,
    )
  })
})
