import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { callsOf, runner, textOf } from './run-script.ts'

const note = 'var/lib/maestro/unattended-upgrades/package'
const noted = 'package unattended-upgrades\npackage python3-apt\n'

// apt-get that keeps its calls without the options that are always there, and answers by its verb.
const aptGet = (answers: string) => `
  case "$*" in *'-o DPkg::Lock::Timeout=300 '*'--force-confold '*) ;; *) exit 9 ;; esac
  [ "$DEBIAN_FRONTEND$NEEDRESTART_SUSPEND" = noninteractive1 ] || exit 8
  call=$(printf '%s\\n' "$*" | sed 's/.*Timeout=30 //')
  echo "$call" >>"$MAESTRO_ROOT/calls"
  case $call in ${answers} esac`

const installs = `-s*) printf 'Reading…\\nInst python3-apt (2.6 x [amd64])\\nInst unattended-upgrades (2.9 x)\\nConf x\\n' ;;`

describe.each(shells())('unattended-upgrades/install.sh under $name', (shell) => {
  const run = runner(shell)

  it('refreshes the lists, installs without removals, and records new dependencies first', () => {
    const server = fakeServer({
      tools: { 'apt-get': aptGet(`${installs} *-no-remove*) [ -e "$MAESTRO_ROOT/${note}" ] ;;`) },
    })

    run(server, 'install')

    expect(callsOf(server)).toEqual([
      'update',
      '-s --no-install-recommends --no-remove install unattended-upgrades',
      '--no-install-recommends --no-remove install unattended-upgrades',
    ])
    expect(textOf(server, note)).toBe('package python3-apt\npackage unattended-upgrades\n')
  })

  it('records the dependencies once, also when it runs twice', () => {
    const server = fakeServer({ files: { [note]: noted }, tools: { 'apt-get': aptGet(installs) } })

    run(server, 'install')

    expect(textOf(server, note)).toBe(noted)
  })

  it('waits for the holder of the lists lock', () => {
    const busy = `update) [ -e "$MAESTRO_ROOT/waited" ] || { echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100; } ;;`
    const server = fakeServer({
      tools: { 'apt-get': aptGet(`${busy} ${installs}`), sleep: 'touch "$MAESTRO_ROOT/waited"' },
    })

    run(server, 'install')

    expect(callsOf(server).slice(0, 3)).toEqual(['update', 'update', expect.stringMatching(/^-s/)])
  })

  it.each([
    ['the lists stay locked', `update) echo 'E: Could not get lock' >&2; exit 100 ;;`, /locked by another process/],
    ['the lists cannot be had', `update) echo 'E: No network' >&2; exit 100 ;;`, /lists cannot be refreshed/],
    [
      'apt knows no way',
      `-s*) echo 'E: Unable to locate package unattended-upgrades' >&2; exit 100 ;;`,
      /Unable to locate/,
    ],
  ])('installs nothing when %s', (_, answers, why) => {
    const server = fakeServer({ tools: { 'apt-get': aptGet(answers), sleep: '' } })

    expect(() => run(server, 'install')).toThrow(why)

    expect(callsOf(server)).not.toContainEqual(expect.stringMatching(/^--no-install/))
    expect(textOf(server, note)).toBeUndefined()
  })
})

describe.each(shells())('unattended-upgrades/purge.sh under $name', (shell) => {
  const run = runner(shell)
  const packages = 'unattended-upgrades python3-apt python3-x'
  const tools = (purge: string) => ({
    'apt-get': aptGet(purge),
    'apt-mark': 'printf "python3-apt\\n"',
    'dpkg-query': `printf '%s install ok installed\\n' unattended-upgrades python3-apt python3-x other`,
  })
  const would = (...names: readonly string[]) => `printf '%s\\n' ${names.map((name) => `'Purg ${name} [1]'`).join(' ')}`

  it('removes recorded dependencies, but not what was installed manually since', () => {
    const both = would('unattended-upgrades', 'python3-apt')
    const server = fakeServer({ files: { [note]: noted }, tools: tools(`-s*) ${both} ;;`) })

    run(server, 'purge', { packages })

    expect(callsOf(server).at(-1)).toBe('purge unattended-upgrades python3-apt')
    expect(textOf(server, note)).toBeUndefined()
  })

  it('removes the package alone when its dependencies are needed', () => {
    const answers = `'-s purge unattended-upgrades python3-apt'*) ${would('unattended-upgrades', 'python3-apt', 'other')} ;;
      -s*) ${would('unattended-upgrades')} ;;`
    const server = fakeServer({ files: { [note]: noted }, tools: tools(answers) })

    run(server, 'purge', { packages })

    expect(callsOf(server).at(-1)).toBe('purge unattended-upgrades')
  })

  it('removes nothing when the package is needed', () => {
    const server = fakeServer({
      files: { [note]: noted },
      tools: tools(`-s*) ${would('unattended-upgrades', 'other')} ;;`),
    })

    run(server, 'purge', { packages })

    expect(callsOf(server).every((call) => call.startsWith('-s'))).toBe(true)
    expect(textOf(server, note)).toBeUndefined()
  })

  it('removes nothing when the simulation of apt fails', () => {
    const server = fakeServer({ files: { [note]: noted }, tools: tools('-s*) exit 100 ;;') })

    expect(() => run(server, 'purge', { packages })).toThrow('what a purge would take cannot be foreseen')

    expect(callsOf(server).every((call) => call.startsWith('-s'))).toBe(true)
    expect(textOf(server, note)).toBe(noted)
  })

  it('does nothing when the package was removed before', () => {
    const gone = { ...tools(''), 'dpkg-query': `printf 'unattended-upgrades deinstall ok config-files\\n'` }
    const server = fakeServer({ files: { [note]: noted }, tools: gone })

    run(server, 'purge', { packages })

    expect(callsOf(server).every((call) => call.startsWith('-s'))).toBe(true)
    expect(textOf(server, note)).toBeUndefined()
  })
})
