import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const fine = "printf '%s\\n' 'bash install ok installed' 'old deinstall ok config-files' 'held hold ok installed'"
const lockFiles = {
  'var/lib/dpkg/lock-frontend': '',
  'var/lib/dpkg/lock': '',
  'var/lib/apt/lists/lock': '',
  'var/cache/apt/archives/lock': '',
}
const noLocks = { 'proc/locks': '' }

describe.each(shells())('facts/dpkg.sh under $name', (shell) => {
  it('prints a consistent dpkg with every lock free', () => {
    const server = fakeServer({ files: { ...lockFiles, ...noLocks }, tools: { 'dpkg-query': fine } })

    expect(server.facts(['dpkg'], shell).dpkg).toEqual({
      status: 'known',
      value: { isInterrupted: false, broken: [], lockHolders: [] },
    })
  })

  it('prints an interrupted dpkg when its journal has entries', () => {
    const files = { ...noLocks, 'var/lib/dpkg/updates/0001': 'Package: libc6\n' }

    const { dpkg } = fakeServer({ files, tools: { 'dpkg-query': fine } }).facts(['dpkg'], shell)

    expect(dpkg).toMatchObject({ value: { isInterrupted: true } })
  })

  it('names packages that are not fully installed', () => {
    const states = [
      'a install ok unpacked',
      'b install ok half-configured',
      'c install reinstreq half-installed',
      'd install ok triggers-pending',
      'e install ok installed',
    ]
    const dpkgQuery = `printf '%s\\n' ${states.map((state) => `'${state}'`).join(' ')}`

    const { dpkg } = fakeServer({ files: noLocks, tools: { 'dpkg-query': dpkgQuery } }).facts(['dpkg'], shell)

    expect(dpkg).toMatchObject({
      value: { broken: ['a unpacked', 'b half-configured', 'c reinstreq', 'd triggers-pending'] },
    })
  })

  describe('with a held lock', () => {
    const proc = {
      'proc/uptime': '5000.50 100.00\n',
      'proc/812/stat': '812 (apt-get (x)) S 1 812 812 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 480000 1 1\n',
      'proc/812/cmdline': 'apt-get\0-y\0upgrade\0',
      'proc/812/comm': 'apt-get\n',
    }

    /** A server on which process 812 holds the lock of that file, as the kernel tells it. */
    function heldBy812(path: keyof typeof lockFiles, files: Readonly<Record<string, string>> = proc, sudo = 'exit 1') {
      const server = fakeServer({
        files: { ...lockFiles, ...noLocks, ...files },
        tools: { 'dpkg-query': fine, id: 'echo 1000', sudo },
      })
      const { dev, ino } = statSync(`${server.root}/${path}`)
      const hex = (number: number) => number.toString(16).padStart(2, '0')
      const device = `${hex((dev >> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >> 12) & 0xfff00))}`
      const locks = [
        `1: FLOCK  ADVISORY  WRITE 700 ${device}:${ino} 0 EOF`,
        `2: POSIX  ADVISORY  WRITE 812 ${device}:${ino} 0 EOF`,
        `2: -> POSIX  ADVISORY  WRITE 900 ${device}:${ino} 0 EOF`,
        `3: POSIX  ADVISORY  READ 701 ${device}:${ino} 0 EOF`,
        `4: POSIX  ADVISORY  WRITE 702 ${device}:1${ino} 0 EOF`,
        `5: POSIX  ADVISORY  WRITE 703 fff:fff:${ino} 0 EOF`,
      ]
      server.run(`printf '%s\\n' ${locks.map((line) => `'${line}'`).join(' ')} >"$MAESTRO_ROOT/proc/locks"`)
      return server
    }

    it.each([
      ['frontend', 'var/lib/dpkg/lock-frontend'],
      ['dpkg', 'var/lib/dpkg/lock'],
      ['lists', 'var/lib/apt/lists/lock'],
      ['archives', 'var/cache/apt/archives/lock'],
    ] as const)('names the holder of the %s lock and its age', (lock, path) => {
      expect(heldBy812(path).facts(['dpkg'], shell).dpkg).toMatchObject({
        value: { lockHolders: [{ lock, pid: 812, command: 'apt-get -y upgrade', ageSeconds: 200 }] },
      })
    })

    it('prints a command line of several lines as one', () => {
      const server = heldBy812('var/lib/dpkg/lock', {
        ...proc,
        'proc/812/cmdline': 'sh\0-c\0apt-get\n  update\u001b[2J\0',
      })

      expect(server.facts(['dpkg'], shell).dpkg).toMatchObject({
        value: { lockHolders: [{ command: 'sh -c apt-get update\u001b[2J' }] },
      })
    })

    it('names a process without a command line by its short name', () => {
      const server = heldBy812('var/lib/dpkg/lock', { ...proc, 'proc/812/cmdline': '' })

      expect(server.facts(['dpkg'], shell).dpkg).toMatchObject({ value: { lockHolders: [{ command: 'apt-get' }] } })
    })

    it('uses sudo for a holder that is hidden', () => {
      const hidden = Object.fromEntries(
        Object.entries(proc).map(([path, text]) => [path.replace('812', 'hidden'), text]),
      )
      const sudo = `for last; do :; done; cat "$MAESTRO_ROOT/proc/hidden/\${last##*/}"`
      const server = heldBy812('var/lib/dpkg/lock', { ...hidden, 'proc/uptime': proc['proc/uptime'] }, sudo)

      expect(server.facts(['dpkg'], shell).dpkg).toMatchObject({
        value: { lockHolders: [{ pid: 812, command: 'apt-get -y upgrade', ageSeconds: 200 }] },
      })
    })

    it('is unknown when the holder is hidden and sudo refuses', () => {
      expect(heldBy812('var/lib/dpkg/lock', {}).facts(['dpkg'], shell).dpkg).toEqual({
        status: 'unknown',
        why: "apt's dpkg lock is held by process 812, which cannot be read",
      })
    })
  })

  it('is unknown on a system without dpkg', () => {
    expect(fakeServer().facts(['dpkg'], shell).dpkg).toEqual({ status: 'unknown', why: 'this system has no dpkg' })
  })
})
