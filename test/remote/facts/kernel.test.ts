import { describe, expect, it } from 'vitest'
import { flavourOf, readKernel } from '../../../src/remote/facts/kernel.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { recorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

// Three real kernel packages: what they put into /boot, and what each kernel says of its build.
const files = [...recorded('linux-image-debian-12').matchAll(/\.\/(boot\/\S+)/g)].map(([, path]) => path)
const boot = Object.fromEntries(files.map((path) => [path, '']))
const build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-14)'
const uname = (release: string, version = build) => `case $1 in -r) echo '${release}' ;; -v) echo '${version}' ;; esac`
const dpkgQuery = (...lines: readonly string[]) => `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}`
const noPackages = 'exit 1'

describe.each(shells())('facts/kernel.sh under $name', (shell) => {
  it('prints the running kernel and the newest one of its flavour', () => {
    const tools = { uname: uname('6.1.0-55-amd64'), 'dpkg-query': noPackages }

    const { kernel } = fakeServer({ files: boot, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({
      status: 'known',
      value: { running: '6.1.0-55-amd64', newest: '6.12.117+deb12-amd64', pinned: undefined, rebuilt: undefined },
    })
  })

  it('takes the install time from the file list of the package', () => {
    const tools = {
      uname: uname('6.1.0-55-amd64'),
      'dpkg-query': dpkgQuery('linux-image-6.1.0-55-amd64|6.1.192-1|ii ', 'linux-image-6.1.0-56-amd64|6.1.192-2|ii '),
      stat: 'echo 1795000000',
    }
    const list = { 'var/lib/dpkg/info/linux-image-6.1.0-56-amd64.list': '/.\n' }

    const { kernel } = fakeServer({ files: list, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({ value: { newest: '6.1.0-56-amd64', newestSince: 1_795_000_000 } })
  })

  it('detects a package that was rebuilt under the running release', () => {
    const tools = {
      uname: uname('6.1.0-55-amd64'),
      'dpkg-query': dpkgQuery('linux-image-6.1.0-55-amd64|6.1.192-3|ii '),
    }

    const { kernel } = fakeServer({ files: boot, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({ value: { rebuilt: { running: '6.1.192-1', installed: '6.1.192-3' } } })
  })

  it('reads the running build of Ubuntu from version_signature', () => {
    const tools = {
      uname: uname('6.8.0-45-generic', '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024'),
      'dpkg-query': dpkgQuery('linux-image-6.8.0-45-generic|6.8.0-45.46|ii '),
    }
    const signature = { 'proc/version_signature': 'Ubuntu 6.8.0-45.45-generic 6.8.12\n' }

    const { kernel } = fakeServer({ files: signature, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({ value: { rebuilt: { running: '6.8.0-45.45', installed: '6.8.0-45.46' } } })
  })

  it.each([
    ['nothing in /boot and no package', {}, noPackages],
    [
      'only what dpkg and kernels leave there',
      {
        'boot/vmlinuz-6.1.0-56-amd64.dpkg-new': '',
        'boot/vmlinuz-6.1.0-54-amd64.old': '',
        'boot/initrd.img-6.1.0-99-amd64': '',
      },
      noPackages,
    ],
    ['packages that are removed', {}, dpkgQuery('linux-image-6.1.0-56-amd64|6.1.192-2|rc ')],
    [
      'other flavours alone',
      { 'boot/vmlinuz-6.1.0-56-cloud-amd64': '', 'boot/vmlinuz-6.1.0-56-rt-amd64': '' },
      noPackages,
    ],
    ['a container, whatever is installed in it', { ...boot, 'run/systemd/container': 'lxc' }, noPackages],
  ])('prints no newest kernel with %s', (_, found, packages) => {
    const tools = { uname: uname('6.1.0-55-amd64'), 'dpkg-query': packages }

    expect(fakeServer({ files: found, tools }).facts(['kernel'], shell).kernel).toMatchObject({
      status: 'known',
      value: { newest: undefined },
    })
  })

  it('is unknown when dpkg-query fails', () => {
    const tools = { uname: uname('6.1.0-55-amd64'), 'dpkg-query': 'exit 2' }

    expect(fakeServer({ files: boot, tools }).facts(['kernel'], shell).kernel).toEqual({
      status: 'unknown',
      why: 'dpkg-query cannot list the kernels (exit 2)',
    })
  })

  it.each([
    [
      'a release by name',
      {
        'etc/default/grub':
          'GRUB_DEFAULT="Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.1.0-55-amd64"\n',
      },
      '6.1.0-55-amd64',
    ],
    [
      'a release by id, saved',
      {
        'etc/default/grub': 'GRUB_DEFAULT=saved\n',
        'boot/grub/grubenv':
          '# GRUB Environment Block\nsaved_entry=gnulinux-advanced-0a1b>gnulinux-6.1.0-56-amd64-advanced-0a1b\n####\n',
      },
      '6.1.0-56-amd64',
    ],
    [
      'a release in a .d file, which counts last',
      {
        'etc/default/grub': 'GRUB_DEFAULT=0\n',
        'etc/default/grub.d/90-pin.cfg': "GRUB_DEFAULT='gnulinux-6.1.0-55-amd64'\n",
      },
      '6.1.0-55-amd64',
    ],
    ['a number', { 'etc/default/grub': 'GRUB_DEFAULT="1>2"\n' }, undefined],
  ])('detects a pin to %s', (_, grub, release) => {
    const tools = { uname: uname('6.1.0-55-amd64'), 'dpkg-query': noPackages }

    const { kernel } = fakeServer({ files: { ...boot, ...grub }, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({ value: { pinned: { release } } })
  })

  it.each([
    ['the first entry', { 'etc/default/grub': '#GRUB_DEFAULT=1\nGRUB_DEFAULT=0\n' }],
    [
      'nothing saved',
      { 'etc/default/grub': 'GRUB_DEFAULT=saved\n', 'boot/grub/grubenv': '# GRUB Environment Block\n####\n' },
    ],
    ['saved, with no file', { 'etc/default/grub': 'GRUB_DEFAULT=saved\n' }],
  ])('detects no pin by %s', (_, grub) => {
    const tools = { uname: uname('6.1.0-55-amd64'), 'dpkg-query': noPackages }

    const { kernel } = fakeServer({ files: { ...boot, ...grub }, tools }).facts(['kernel'], shell)

    expect(kernel).toMatchObject({ status: 'known', value: { pinned: undefined } })
  })
})

describe('flavourOf', () => {
  it.each([
    ['6.8.0-45-generic', 'generic'],
    ['6.8.0-45-generic-64k', 'generic-64k'],
    ['5.15.0-1071-aws', 'aws'],
    ['6.1.0-0.deb11.13-cloud-amd64', 'cloud-amd64'],
    ['6.12.48+deb13-amd64', 'amd64'],
    ['6.9-rc7-amd64', 'amd64'],
    ['6.18.44-fc-v657', 'fc-v657'],
    ['5.14.0-427.el9.x86_64', ''],
  ])('of %s returns %j', (release, flavour) => {
    expect(flavourOf(release)).toBe(flavour)
  })
})

describe('readKernel', () => {
  const ubuntu = {
    kernel_running: '6.8.0-45-generic',
    kernel_build: '#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024',
    kernel_signature: 'Ubuntu 6.8.0-45.45-generic 6.8.12',
  }

  it('sorts 6.8.0-9 before 6.8.0-45', () => {
    const facts = buildFields({ ...ubuntu, kernel_image: ['6.8.0-9-generic', '6.8.0-45-generic', '6.8.0-40-generic'] })

    expect(readKernel(facts).newest).toBe('6.8.0-45-generic')
  })

  it.each([
    ['6.8.0-45.45', undefined],
    ['6.8.0-45.45+1', undefined],
    ['6.8.0-45.46', { running: '6.8.0-45.45', installed: '6.8.0-45.46' }],
  ])('compares the running build of Ubuntu with package version %s', (version, rebuilt) => {
    const facts = buildFields({ ...ubuntu, kernel_package: `linux-image-6.8.0-45-generic|${version}|ii|1795000000` })

    expect(readKernel(facts).rebuilt).toEqual(rebuilt)
  })
})
