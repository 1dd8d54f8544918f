import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { readFleet, runMaestro, serverNamed } from './support/fleet.ts'
import { asRoot, bootIdOf, reboot } from './support/inside.ts'
import { overSsh } from './support/ssh.ts'

const { servers } = readFleet()
const hasDocker = servers.filter((server) => server.role === 'docker')

describe.each(servers)('fleet server $name', (server) => {
  it('answers over ssh by its name, is running, and has sudo without a password', async () => {
    const { stdout } = await overSsh(server, 'hostname; sudo -n id -u; systemctl is-system-running')

    expect(stdout).toBe(`${server.name}\n0\nrunning`)
  })

  it('looks like Ubuntu 24.04', async () => {
    const { stdout } = await overSsh(server, '. /etc/os-release; echo "$ID $VERSION_ID"; lsb_release -cs')

    expect(stdout).toBe('ubuntu 24.04\nnoble')
  })
})

describe('fleet controller', () => {
  it('runs maestro, and reaches the servers by name and nothing else', async () => {
    const { exitCode, stdout } = await runMaestro(['--version'])
    const { namespace } = readFleet().controller
    const { stdout: routes } = await execa('ip', ['-n', namespace, 'route'])

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(routes).toMatch(/^10\.77\.0\.0\/24 dev eth0 \S[^\n]*$/)
  })
})

describe('fleet apt archive', () => {
  it('offers upgrades that apt takes for Ubuntu security upgrades', async () => {
    const upgrades = await asRoot(serverNamed('app-1'), 'apt-get -s upgrade')

    expect(upgrades).toContain('Inst fl-sec [1.0] (1.1 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [all])')
    expect(upgrades).toContain('Inst fl-upd [1.0] (1.1 Ubuntu:24.04/noble-updates [all])')
    expect(upgrades).toMatch(/kept back:\n {2}fl-held fl-newdep fl-phased\n/)
  })

  it('makes unattended-upgrades choose exactly the security upgrades', async () => {
    const dryRun = await asRoot(serverNamed('app-1'), 'unattended-upgrade --dry-run -v 2>&1')

    const chosen = /Packages that will be upgraded: (.*)/.exec(dryRun)?.[1]
    expect(chosen).toBe('fl-both fl-daemon fl-fail fl-kernel fl-sec fl-slow')
  })
})

describe('reboot', () => {
  it('ends the boot, clears what a reboot clears, and keeps the disk', async () => {
    const server = serverNamed('app-2')
    await asRoot(server, 'apt-get -qq -y install fl-kernel; echo kept >/var/tmp/marker; sleep 2')
    const pkgs = await asRoot(server, 'cat /var/run/reboot-required.pkgs')
    const [bootId, uptime] = [await bootIdOf(server), await uptimeOf('app-2')]

    await reboot(server)

    expect(pkgs).toBe('fl-kernel')
    expect(await bootIdOf(server)).not.toBe(bootId)
    expect(await uptimeOf('app-2')).toBeLessThan(uptime + 30)
    expect(await asRoot(server, 'ls /var/run | grep -c reboot-required || true')).toBe('0')
    expect(await asRoot(server, 'cat /var/tmp/marker; cat /usr/share/fl-kernel/version')).toBe('kept\n6.8.0-45.45')
    expect(await asRoot(server, 'journalctl --list-boots -q | wc -l')).toBe('2')
  })
})

describe('needrestart', () => {
  it('names a service that runs on a library that was replaced on disk', async () => {
    const server = serverNamed('app-1')

    await asRoot(server, 'for lib in /lib/*-linux-gnu/libcrypto.so.3; do cp -p $lib $lib.new; mv $lib.new $lib; done')

    expect(await asRoot(server, 'needrestart -b')).toContain('NEEDRESTART-SVC: ssh.service')
  })
})

describe.each(hasDocker)('Docker on $name', (server) => {
  it('runs a container', async () => {
    expect(await asRoot(server, 'docker run --rm busybox:local echo from-a-container')).toBe('from-a-container')
  })
})

const uptimeOf = async (name: string): Promise<number> =>
  Number((await asRoot(serverNamed(name), 'cat /proc/uptime')).split(' ')[0])
