import { release } from 'node:os'
import { describe, expect, it } from 'vitest'
import { combineStates, gatherFactsInStates, inside, knownValue, moveAside } from './support/facts-fixture.ts'

const bootSeconds = `python3 -c 'import time; print(time.clock_gettime(time.CLOCK_BOOTTIME))'`
const elsewhere = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian \\"at\\" home"'

// Lazily, for what was opened meanwhile below a path stays open.
const unmounted = (...paths: readonly string[]) =>
  paths.map((path) => `while mountpoint -q ${path}; do umount --lazy ${path}; done\n`).join('')

const factsOf = gatherFactsInStates({
  'app-1': { make: `${bootSeconds} >/run/before` },
  'app-2': {},
  // Its /boot is full to the half and read-only, on top of one that is not.
  'db-1': {
    make: `mount --bind /var /var
      mount -t tmpfs -o size=32m tmpfs /boot
      mount -t tmpfs -o size=8m tmpfs /boot
      head -c 4M /dev/zero >/boot/half
      mount -o remount,ro /boot`,
    undo: unmounted('/boot', '/var'),
  },
  'db-2': combineStates(moveAside('/etc/os-release'), {
    make: `printf '%s\\n' '${elsewhere}' >/etc/os-release; mount -t tmpfs -o size=4m,ro tmpfs /boot; mount -t tmpfs -o size=8m tmpfs /boot`,
    undo: unmounted('/boot'),
  }),
  'lb-1': moveAside('/usr/bin/apt-get'),
})

describe('facts/identity.sh', () => {
  it.each(['app-1', 'app-2'])('on %s has the ids that systemd has', async (name) => {
    const ids = await inside(name, 'systemd-id128 machine-id; systemd-id128 boot-id; hostnamectl hostname')

    const { machineId, bootId, hostname } = knownValue(factsOf(name).identity)
    expect([machineId, bootId.replaceAll('-', ''), hostname]).toEqual(ids.split('\n'))
    expect(hostname).toBe(name)
  })

  it.each(['app-1', 'app-2'])('on %s has PID 1 and its start time as python reads them', async (name) => {
    const told = await inside(
      name,
      `python3 -c 'stat = open("/proc/1/stat").read(); print(stat[stat.rindex(")"):].split()[20])'; ps -o comm= 1`,
    )

    const { init, initStartTicks } = knownValue(factsOf(name).identity)
    expect([String(initStartTicks), init]).toEqual(told.split('\n'))
    expect(init).toBe('systemd')
  })

  it('has an uptime that was true while it ran', async () => {
    const [before, after] = await inside('app-1', `cat /run/before; rm /run/before; ${bootSeconds}`).then(numbers)

    const { uptimeSeconds } = knownValue(factsOf('app-1').identity)
    expect(uptimeSeconds).toBeGreaterThanOrEqual(Math.floor(before ?? Number.NaN))
    expect(uptimeSeconds).toBeLessThanOrEqual(after ?? Number.NaN)
  })

  it('has the time by the clock of the server', () => {
    expect(Math.abs(factsOf('app-1').at - Date.now() / 1000)).toBeLessThan(60)
  })
})

describe('facts/system.sh', () => {
  it('has the distribution that lsb_release and systemd print', async () => {
    const told = await inside('app-1', 'lsb_release -sir; lsb_release -sc; lsb_release -sd')

    const { id, release: version, codename, name, hasApt } = knownValue(factsOf('app-1').system)
    expect([id, version, codename, name, hasApt]).toEqual(['ubuntu', '24.04', 'noble', 'Ubuntu 24.04.1 LTS', true])
    expect(told.toLowerCase().split('\n')).toEqual([`${id}`, version, codename, name.toLowerCase()])
  })

  it('reads os-release of another distribution without its quotes', () => {
    expect(knownValue(factsOf('db-2').system)).toEqual({
      id: 'debian',
      release: '12',
      codename: 'bookworm',
      name: 'Debian "at" home',
      hasApt: true,
    })
  })

  it('reports no apt without apt-get', () => {
    expect(knownValue(factsOf('lb-1').system)).toMatchObject({ id: 'ubuntu', hasApt: false })
  })
})

describe('facts/kernel.sh', () => {
  it.each(['app-1', 'db-1'])('on %s has the kernel of the host of the container', (name) => {
    expect(knownValue(factsOf(name).kernel)).toEqual({ running: release() })
  })
})

describe('facts/disk.sh', () => {
  it('has the size that statfs returns, with / and /var in one', async () => {
    const [size, blocks, free] = await inside('app-1', `stat -f -c '%S\n%b\n%a' /`).then(numbers)

    const disks = knownValue(factsOf('app-1').disk)
    expect(disks).toMatchObject([{ path: '/', totalBytes: bytes(size, blocks), isReadOnly: false }])
    // Logs are written all the time.
    expect(Math.abs((disks[0]?.freeBytes ?? Number.NaN) - bytes(size, free))).toBeLessThan(32 * 1024 ** 2)
  })

  it('has each file system with its free space and whether it is read-only', async () => {
    const [size, blocks, free] = await inside('db-1', `stat -f -c '%S\n%b\n%a' /boot`).then(numbers)

    const disks = knownValue(factsOf('db-1').disk)
    expect(disks.map(({ path, isReadOnly }) => [path, isReadOnly])).toEqual([
      ['/', false],
      ['/var', false],
      ['/boot', true],
    ])
    expect(disks[2]).toMatchObject({ totalBytes: bytes(size, blocks), freeBytes: bytes(size, free) })
    expect(disks[2]).toMatchObject({ totalBytes: 8 * 1024 ** 2, freeBytes: 4 * 1024 ** 2 })
  })

  it('reports a writable file system above a read-only one', () => {
    expect(knownValue(factsOf('db-2').disk)[1]).toMatchObject({ path: '/boot', isReadOnly: false })
  })
})

const numbers = (text: string): readonly number[] => text.split('\n').map(Number)
const bytes = (size = Number.NaN, count = Number.NaN) => size * count
