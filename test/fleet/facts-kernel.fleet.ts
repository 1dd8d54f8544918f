import { release } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  combineStates,
  gatherFactsInStates,
  inside,
  knownValue,
  moveAside,
  type State,
} from './support/facts-fixture.ts'

const threeDaysAgo = Math.floor(Date.now() / 1000) - 3 * 86_400
const running = '6.8.0-41-generic'

/** A kernel as its package leaves it: dpkg's record, an image, and a file list as old as its installation. */
const installed = (kernel: string, version: string): State => ({
  make: `mkdir -p /run/fl-kernel/DEBIAN
    printf '%s\\n' 'Package: linux-image-${kernel}' 'Version: ${version}' 'Architecture: all' \
      'Maintainer: own <root@localhost>' 'Description: own' >/run/fl-kernel/DEBIAN/control
    dpkg-deb --build /run/fl-kernel /run/fl-kernel.deb >/dev/null; dpkg -i /run/fl-kernel.deb >/dev/null
    rm -r /run/fl-kernel*; touch /boot/vmlinuz-${kernel}
    touch -d @${threeDaysAgo} /var/lib/dpkg/info/linux-image-${kernel}.list\n`,
  undo: `dpkg -P linux-image-${kernel}; rm -f /boot/vmlinuz-${kernel}\n`,
})

/** A stand-in that tells of another kernel than the one all containers share. */
const runs = (kernel: string, build: string): State => ({
  make: `printf '%s\\n' '#!/bin/sh' 'case $1 in -r) echo "${kernel}" ;; -v) echo "${build}" ;; *) exec /usr/bin/uname "$@" ;; esac' \
      >/usr/local/bin/uname; chmod 755 /usr/local/bin/uname\n`,
  undo: 'rm -f /usr/local/bin/uname\n',
})

/** Not a container, as far as anybody can see. */
const machine = (...states: readonly State[]) => combineStates(moveAside('/run/systemd/container'), ...states)

const grub = (text: string): State => ({
  make: `mkdir -p /etc/default/grub.d; echo 'GRUB_DEFAULT=0' >/etc/default/grub
    echo '${text}' >/etc/default/grub.d/50-fleet.cfg\n`,
  undo: 'rm -rf /etc/default/grub /etc/default/grub.d\n',
})

const grubSaved: State = {
  make: `mkdir -p /boot/grub; printf 'saved_entry=gnulinux-${running}-advanced-77\\n' >/boot/grub/grubenv
    chmod 600 /boot/grub/grubenv\n`,
  undo: 'rm -rf /boot/grub\n',
}

/** A file of /proc that only Ubuntu's kernels have: a root made of links to the real one, which sshd names to every login. */
const signature = (text: string): State => ({
  make: `mkdir -p /srv/root/proc
    for path in /*; do [ "$path" = /proc ] || ln -s "$path" /srv/root; done
    for name in sys uptime mounts locks self 1; do ln -s "/proc/$name" /srv/root/proc; done
    echo '${text}' >/srv/root/proc/version_signature
    echo 'SetEnv MAESTRO_ROOT=/srv/root' >/etc/ssh/sshd_config.d/root.conf; systemctl reload ssh\n`,
  undo: 'rm -rf /srv/root /etc/ssh/sshd_config.d/root.conf; systemctl reload ssh\n',
})

const older = installed(running, '6.8.0-41.41')
const newer = installed('6.8.0-45-generic', '6.8.0-45.45')
const uname = runs(running, '#41-Ubuntu SMP')

const factsOf = gatherFactsInStates({
  'app-1': installed(release(), '1'),
  'app-2': machine(uname, older, newer),
  'db-1': machine(
    uname,
    older,
    newer,
    grub(`GRUB_DEFAULT="1>gnulinux-${running}-advanced-77"`),
    signature('Ubuntu 6.8.0-40.40-generic 6.8.12'),
  ),
  'db-2': machine(uname, older, newer, grub('GRUB_DEFAULT=saved'), grubSaved),
  'lb-1': machine(runs('6.1.0-25-amd64', '#1 SMP Debian 6.1.106-3'), installed('6.1.0-25-amd64', '6.1.112-1')),
  // An image without a package, as after an installation by hand; and packages whose images lie elsewhere.
  'web-1': machine(uname, older, {
    make: 'touch /boot/vmlinuz-6.8.0-50-generic',
    undo: 'rm -f /boot/vmlinuz-6.8.0-50-generic',
  }),
  'web-2': machine(uname, newer, { make: 'rm /boot/vmlinuz-*' }),
})

describe('facts/kernel.sh', () => {
  it('in a container reports the kernel of the host, whatever is installed', async () => {
    expect(knownValue(factsOf('app-1').kernel)).toEqual({
      running: await inside('app-1', 'cat /proc/sys/kernel/osrelease'),
    })
  })

  it('reports a newer kernel and when it was installed', async () => {
    const told = await inside('app-2', "dpkg -l 'linux-image-*' | awk '/^ii/ { print $2 }'; readlink -f /bin/uname")

    expect(told.split('\n')).toEqual([`linux-image-${running}`, 'linux-image-6.8.0-45-generic', '/usr/bin/uname'])
    expect(knownValue(factsOf('app-2').kernel)).toEqual({
      running,
      newest: '6.8.0-45-generic',
      newestSince: threeDaysAgo,
    })
  })

  it.each([
    { name: 'db-1', where: 'the configuration of grub', words: `1>gnulinux-${running}-advanced-77` },
    { name: 'db-2', where: 'what grub has saved, which only root may read', words: `gnulinux-${running}-advanced-77` },
  ])('reports a kernel pinned by $where', ({ name, words }) => {
    expect(knownValue(factsOf(name).kernel)).toMatchObject({
      newest: '6.8.0-45-generic',
      pinned: { release: running, words },
    })
  })

  it('reports a rebuilt kernel when its package is newer than the running build', () => {
    expect(knownValue(factsOf('lb-1').kernel)).toMatchObject({
      running: '6.1.0-25-amd64',
      newest: '6.1.0-25-amd64',
      rebuilt: { running: '6.1.106-3', installed: '6.1.112-1' },
    })
  })

  it('reports a rebuilt kernel when version_signature of Ubuntu is older than its package', () => {
    expect(knownValue(factsOf('db-1').kernel)).toMatchObject({
      rebuilt: { running: '6.8.0-40.40', installed: '6.8.0-41.41' },
    })
  })

  it('takes the newest image, also without a package', () => {
    expect(knownValue(factsOf('web-1').kernel)).toEqual({ running, newest: '6.8.0-50-generic' })
  })

  it('takes the newest package without an image in /boot', () => {
    expect(knownValue(factsOf('web-2').kernel)).toMatchObject({ newest: '6.8.0-45-generic', newestSince: threeDaysAgo })
  })
})
