import { chmodSync, utimesSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

describe.each(shells())('facts/reboot.sh under $name', (shell) => {
  it.each(['run', 'var/run'])('finds the flag in %s with its packages and time', (folder) => {
    const server = fakeServer({
      files: {
        [`${folder}/reboot-required`]: '*** System restart required ***\n',
        [`${folder}/reboot-required.pkgs`]: 'libc6\nlinux-image-6.8.0-45-generic\nlibc6\n\n',
      },
    })
    utimesSync(`${server.root}/${folder}/reboot-required`, 1_795_000_000, 1_795_000_000)

    expect(server.facts(['reboot'], shell).reboot).toEqual({
      status: 'known',
      value: {
        isSet: true,
        packages: ['libc6', 'linux-image-6.8.0-45-generic'],
        since: 1_795_000_000,
        hasSetter: false,
      },
    })
  })

  it('prints a flag without packages', () => {
    const { reboot } = fakeServer({ files: { 'run/reboot-required': '' } }).facts(['reboot'], shell)

    expect(reboot).toMatchObject({ value: { isSet: true, packages: [] } })
  })

  it('prints an unset flag where a package would set it', () => {
    const server = fakeServer({ files: { run: null, 'etc/kernel/postinst.d/unattended-upgrades': '' } })
    expect(server.facts(['reboot'], shell).reboot).toMatchObject({ value: { isSet: false, hasSetter: false } })

    chmodSync(`${server.root}/etc/kernel/postinst.d/unattended-upgrades`, 0o755)

    expect(server.facts(['reboot'], shell).reboot).toEqual({
      status: 'known',
      value: { isSet: false, packages: [], since: undefined, hasSetter: true },
    })
  })

  it('is unknown where no folder could hold the flag', () => {
    const { reboot } = fakeServer().facts(['reboot'], shell)

    expect(reboot).toEqual({ status: 'unknown', why: 'there is no /run to look into' })
  })

  it('limits an endless package list', () => {
    const server = fakeServer({
      files: { 'run/reboot-required': '', 'run/reboot-required.pkgs': 'x\n'.repeat(2 ** 19) },
    })

    expect(server.run('wc -c <"$MAESTRO_ROOT/run/reboot-required.pkgs"').stdout.trim()).toBe(String(2 ** 20))
    expect(server.facts(['reboot'], shell).reboot).toMatchObject({
      status: 'unknown',
      why: 'reboot_package has more than 20000 lines',
    })
  })
})
