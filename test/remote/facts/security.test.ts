import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { factsScript, readFacts } from '../../../src/remote/facts/read-facts.ts'
import { allOf } from '../../../src/remote/fields.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const nonce = 'c0de'
const policy = `cat <<'END'
Package files:
 100 /var/lib/dpkg/status
     release a=now
 500 http://mirror.example/ubuntu noble-security/main amd64 Packages
     release v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,c=main,b=amd64
     origin mirror.example
 -1 http://mirror.example/ubuntu noble-updates/main amd64 Packages
     release v=24.04,o=Ubuntu,a=noble-updates,n=noble,l=Ubuntu,c=main,b=amd64
     origin mirror.example
 500 http://flat.example ./ Packages
     release o=Vendor,l=Vendor,c=
     origin flat.example
END`
const aptGet = `case "$*" in
  *--print-uris*) echo "'http://mirror.example/a.deb' a.deb 1000 SHA256:x"; echo "'http://mirror.example/b.deb' b.deb 234 SHA256:y" ;;
  *) for word; do case $word in Dir::Etc::Preferences=*) cp "\${word#*=}" "$MAESTRO_ROOT/kept"; echo "\${word#*=}" >"$MAESTRO_ROOT/path" ;; esac; done
    echo 'Inst openssl [3.0.1] (3.0.2 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])'
    echo 'Inst libnew (1.0 Ubuntu:24.04/noble [all]) []'
    echo 'Conf libnew (1.0 Ubuntu:24.04/noble [all])' ;;
esac`
const outer = ['cp', 'mktemp', 'sort'].map((name) => [name, `exec /usr/bin/${name} "$@"`])
const tools = { 'apt-cache': policy, 'apt-get': aptGet, 'dpkg-query': ':', ...Object.fromEntries(outer) }

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

describe.each(shells())('facts/security.sh under $name', (shell) => {
  const look = (server: FakeServer, scope = 'security') => {
    const { stdout, status, stderr } = server.run(
      factsScript(['security'], nonce, { pins: 'Package: *\nPin: x', scope }),
      shell,
    )
    if (status !== 0) throw new Error(stderr)
    return readFacts(parseResponse(stdout, nonce), ['security']).security
  }

  it('prints the simulation of apt under the pins, its size, and sources that the pins do not cover', () => {
    expect(look(fakeServer({ tools }))).toEqual({
      status: 'known',
      value: {
        packages: [
          {
            name: 'openssl',
            from: '3.0.1',
            to: '3.0.2',
            origin: 'Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security',
          },
          { name: 'libnew', from: null, to: '1.0', origin: 'Ubuntu:24.04/noble' },
        ],
        wrongSources: ['http://flat.example ./ Packages (priority 500)'],
        downloadBytes: 1234,
      },
    })
  })

  it.each([
    ['security', true],
    ['all', false],
  ])('with scope %s includes phased updates: %s', (scope, isAtOnce) => {
    const server = fakeServer({ tools: { ...tools, 'apt-get': `echo "$*" >>"$MAESTRO_ROOT/words"; ${aptGet}` } })

    look(server, scope)

    const words = readFileSync(`${server.root}/words`, 'utf8').trimEnd().split('\n')
    expect(words.map((one) => one.includes('Always-Include-Phased-Updates=true'))).toEqual([isAtOnce, isAtOnce])
  })

  it('keeps the apt cache in memory where there is enough', () => {
    const server = fakeServer({
      tools: { ...tools, 'apt-get': `echo "\${TMPDIR-}" >"$MAESTRO_ROOT/place"; ${aptGet}` },
    })

    look(server)

    expect(readFileSync(`${server.root}/place`, 'utf8').trim()).toBe(isWritable('/dev/shm') ? '/dev/shm' : '')
  })

  it('puts the preferences of the administrator first, and excludes repositories without a suite by host', () => {
    const server = fakeServer({ tools, files: { 'etc/apt/preferences': 'Package: mine\n' } })

    look(server)

    const pins = readFileSync(`${server.root}/kept`, 'utf8')
    expect(pins.startsWith('Package: mine\n\nPackage: *\nPin: x\n')).toBe(true)
    expect(pins).toContain('Package: *\nPin: origin "flat.example"\nPin-Priority: -1\n')
    expect(pins).not.toContain('origin "mirror.example"')
    expect(existsSync(readFileSync(`${server.root}/path`, 'utf8').trim())).toBe(false)
  })

  it('prints the choice of apt for scope all, with no excluded source', () => {
    const server = fakeServer({ tools })

    expect(look(server, 'all')).toMatchObject({ status: 'known', value: { wrongSources: [] } })
    expect(readFileSync(`${server.root}/kept`, 'utf8')).not.toContain('flat.example')
  })

  it('includes a phased update from the security origin', () => {
    const phased = `case "$*" in *Always-Include-Phased*) echo 'Inst fix [1] (2 Ubuntu:24.04/noble-security [amd64])' ;; esac`
    const packagesIn = (scope: string) => look(fakeServer({ tools: { ...tools, 'apt-get': phased } }), scope)

    expect(packagesIn('security')).toMatchObject({ value: { packages: [{ name: 'fix' }] } })
    expect(packagesIn('all')).toMatchObject({ value: { packages: [] } })
  })

  it('is unknown when apt prints an invalid package', () => {
    const hostile = { ...tools, 'apt-get': "echo 'Inst \\033[2J; rm -rf /'" }

    expect(look(fakeServer({ tools: hostile }))).toMatchObject({
      status: 'unknown',
      why: expect.stringContaining('is no package'),
    })
  })
})

describe.each(shells())('security-upgrade/verify.sh under $name', (shell) => {
  const moved = (before: string | undefined, now: string, changelog = '') => {
    const files = before === undefined ? {} : { 'var/lib/maestro/r1/security-upgrade.before': before, etc: null }
    const query = `cat <<'END'\n${now}\nEND`
    const server = fakeServer({
      files,
      tools: { 'dpkg-query': query, dpkg: 'echo amd64', sort: 'exec /usr/bin/sort "$@"' },
    })
    mkdirSync(`${server.root}/usr/share/doc/a`, { recursive: true })
    writeFileSync(`${server.root}/usr/share/doc/a/changelog.Debian.gz`, gzipSync(changelog))
    const inputs = { job_run: 'r1', job_step: 'security-upgrade', names: 'a b' }
    const text = makeScript({ files: ['lib/read-apt.sh', 'security-upgrade/verify.sh'], inputs, nonce })
    const { stdout, stderr, status } = server.run(text, shell)
    if (status !== 0) throw new Error(stderr)
    return parseResponse(stdout, nonce)
  }

  it('prints changed, added and removed packages', () => {
    const facts = moved('a|1|ii \nb|1|ii \ngone|1|ii ', 'a|2|ii \nb|1|ii \nnew|1|ii \nhalf|1|iF ')

    expect(allOf(facts, 'moved')).toEqual(['a|1|2', 'gone|1|', 'half||1', 'new||1'])
    expect(allOf(facts, 'moved_broken')).toEqual(['half iF '])
  })

  it('prints the CVEs of the changelog since the previous version', () => {
    const entry = (version: string, text: string) =>
      `src (${version}) noble-security; urgency=medium\n\n  * ${text}\n\n`
    const since = entry('3', 'CVE-2026-1: one, CVE-2026-22') + entry('2', 'CVE-2026-333') + entry('1', 'CVE-2020-1')

    const fixes = (before: string) => allOf(moved(`a:amd64|${before}|ii `, 'a:amd64|3|ii ', since), 'moved_fix')

    expect(fixes('1')).toEqual(['a: CVE-2026-1, CVE-2026-22, CVE-2026-333'])
    expect(fixes('2')).toEqual(['a: CVE-2026-1, CVE-2026-22'])
    // Its changelog was cut off before that version.
    expect(fixes('0')).toEqual(['a: CVE-2026-1, CVE-2026-22'])
  })

  it('prints native packages without their architecture, as apt does', () => {
    const facts = moved('a:amd64|1|ii \na:i386|1|ii ', 'a:amd64|2|ii \na:i386|2|ii ')

    expect(allOf(facts, 'moved')).toEqual(['a:i386|1|2', 'a|1|2'])
    expect(allOf(facts, 'moved_planned')).toEqual(['a|2'])
  })

  it('prints nothing when the upgrade never started', () => {
    const facts = moved(undefined, 'a|1|ii \nhalf|1|iF ')

    expect(allOf(facts, 'moved_since')).toEqual(['no'])
    expect(allOf(facts, 'moved_broken')).toEqual(['half iF '])
  })
})

describe.each(shells())('security-upgrade/refresh.sh under $name', (shell) => {
  const refresh = (aptGetText: string) => {
    const server = fakeServer({ tools: { 'apt-get': aptGetText, sleep: ':' } })
    const text = makeScript({ files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], nonce })
    return { server, ...server.run(text, shell) }
  }

  it('fetches every list, and fails with the words of apt when one is unavailable', () => {
    const { status, stderr } = refresh(
      `case "$*" in *-eany*update) echo 'E: Failed to fetch http://mirror.example/InRelease' >&2; exit 100 ;; esac`,
    )

    expect(status).not.toBe(0)
    expect(stderr).toContain(
      'the package lists cannot be refreshed: E: Failed to fetch http://mirror.example/InRelease',
    )
  })

  it.each([
    ['E: Release file for http://m/InRelease is not valid yet (invalid for another 3h)', 'the clock of this server'],
    ['E: Release file for http://m/InRelease is expired (invalid since 3d)', 'has not been renewed for long'],
    ["E: The repository 'http://m noble InRelease' is not signed.", 'its key is missing'],
    ["E: Repository 'http://m' changed its 'Suite' value from 'stable' to 'oldstable'", '--allow-releaseinfo-change'],
  ])('prints a hint for %s', (words, remedy) => {
    const { stderr } = refresh(`echo "${words}" >&2; exit 100`)

    expect(stderr).toContain(`${words} (`)
    expect(stderr).toContain(remedy)
  })

  it('treats the warning of an old apt as an error, without options that it does not know', () => {
    const old = `case "$*" in *-eany*) echo "E: Command line option 'e' [from -eany] is not known." >&2; exit 100 ;; esac`
    const warning = 'W: Failed to fetch http://mirror.example/InRelease  Could not connect'

    expect(refresh(`${old}; echo '${warning}' >&2`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(warning),
    })
    expect(refresh(old)).toMatchObject({ status: 0 })
  })

  it('waits for the holder of the lists lock', () => {
    const { status, server } = refresh(
      `if [ -e "$MAESTRO_ROOT/free" ]; then exit 0; fi
      : >"$MAESTRO_ROOT/free"; echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100`,
    )

    expect([status, existsSync(`${server.root}/free`)]).toEqual([0, true])
  })
})
