import { readdirSync, statSync, utimesSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { itNeeds, shells } from '../../support/tools.ts'
import { runner, textOf } from './run-script.ts'

const stamp = 'var/lib/apt/periodic/unattended-upgrades-stamp'
const kept = 'var/lib/unattended-upgrades/kept-back'
const sources = 'etc/apt/sources.list'
const folders = { run: null, 'var/lib/apt/periodic': null, 'var/lib/unattended-upgrades': null, 'etc/apt': null }

// Leaves behind what the real one does.
const unattendedUpgrade = (...said: readonly string[]) => `
  touch "$MAESTRO_ROOT/${stamp}"
  [ -e "$MAESTRO_ROOT/${sources}" ] || : >"$MAESTRO_ROOT/${sources}"
  rm -f "$MAESTRO_ROOT/${kept}"
  cat "$APT_CONFIG" >"$MAESTRO_ROOT/config"
  printf '%s\\n' "$*" >"$MAESTRO_ROOT/words"
  printf '%s\\n' ${said.map((line) => `'${line}'`).join(' ')}`

const ended = unattendedUpgrade(
  'Starting unattended upgrades script',
  'Allowed origins are: o=Ubuntu,a=noble, o=Ubuntu,a=noble-security',
  'Package nginx has conffile prompt and needs to be upgraded manually',
  'Packages that will be upgraded: libssl3 openssl',
  'All upgrades installed',
)
const tools = {
  'unattended-upgrade': ended,
  'apt-cache': `printf '%s\\n' ' 500 http://x noble/main' '     release o=Ubuntu,a=noble' '     release o=Ubuntu,a=noble' '     origin x'`,
}

describe.each(shells())('unattended-upgrades/dry-run.sh under $name', (shell) => {
  const run = runner(shell)
  const test = itNeeds(['flock'])

  test('prints what unattended-upgrade would do', () => {
    const facts = run(fakeServer({ files: folders, tools }), 'dry-run')

    expect(Object.fromEntries(facts)).toEqual({
      dry_locked: ['no'],
      dry_ended: ['yes'],
      dry_origins: ['o=Ubuntu,a=noble, o=Ubuntu,a=noble-security'],
      dry_package: ['libssl3', 'openssl'],
      dry_manual: ['nginx'],
      dry_said: ['All upgrades installed'],
      release: ['o=Ubuntu,a=noble'],
      end: ['ok'],
    })
  })

  test('leaves no file behind where there was none', () => {
    const server = fakeServer({ files: folders, tools })

    run(server, 'dry-run')

    expect([stamp, kept, sources].map((path) => textOf(server, path))).toEqual([undefined, undefined, undefined])
    expect(readdirSync(`${server.root}/run`)).toEqual(['maestro-dry-run.lock'])
  })

  test('leaves existing files unchanged', () => {
    const server = fakeServer({ files: { ...folders, [stamp]: '', [kept]: 'linux-image', [sources]: '' }, tools })
    utimesSync(`${server.root}/${stamp}`, 1e9, 1e9)

    run(server, 'dry-run')

    expect(statSync(`${server.root}/${stamp}`).mtimeMs).toBe(1e12)
    expect([textOf(server, kept), textOf(server, sources)]).toEqual(['linux-image', ''])
  })

  test('keeps a list of sources that was written meanwhile', () => {
    const writes = `${ended}\necho 'deb x' >"$MAESTRO_ROOT/${sources}"`
    const server = fakeServer({ files: folders, tools: { ...tools, 'unattended-upgrade': writes } })

    run(server, 'dry-run')

    expect(textOf(server, sources)).toBe('deb x\n')
  })

  test('keeps its logs apart from those of unattended-upgrade and apt', () => {
    const server = fakeServer({ files: folders, tools })

    run(server, 'dry-run')

    expect(textOf(server, 'words')).toBe('--dry-run --debug\n')
    expect(textOf(server, 'config')).toMatch(
      /^Dir::Log "(.*\/run\/maestro-dry-run\.\w+\/log)";\nUnattended-Upgrade::LogDir "\1";\nUnattended-Upgrade::MinimalSteps "false";\n$/,
    )
  })

  test.each([
    ['Lock could not be acquired (another package manager running?)', 'yes', 'no'],
    ['Lock file is already taken, exiting', 'yes', 'no'],
    ['No packages found that can be upgraded unattended and no pending auto-removals', 'no', 'yes'],
    ['An error occurred: broken', 'no', 'no'],
  ])('reads "%s" as locked %s and ended %s', (said, locked, end) => {
    const server = fakeServer({ files: folders, tools: { ...tools, 'unattended-upgrade': unattendedUpgrade(said) } })

    const facts = run(server, 'dry-run')

    expect([facts.get('dry_locked'), facts.get('dry_ended'), facts.get('dry_said')]).toEqual([[locked], [end], [said]])
  })

  test('restores files when the dry run fails', () => {
    const fails = `${unattendedUpgrade('Traceback')}\nexit 1`
    const server = fakeServer({ files: { ...folders, [kept]: 'a' }, tools: { ...tools, 'unattended-upgrade': fails } })

    expect(run(server, 'dry-run').get('dry_ended')).toEqual(['no'])

    expect([textOf(server, stamp), textOf(server, kept)]).toEqual([undefined, 'a'])
  })
})
