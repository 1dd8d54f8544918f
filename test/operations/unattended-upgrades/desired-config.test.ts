import { describe, expect, it } from 'vitest'
import { fileText, isOurs, neverTaken } from '../../../src/operations/unattended-upgrades/desired-config.ts'
import { unattendedUpgrades } from '../../../src/operations/unattended-upgrades/operation.ts'
import { listOf, optionOf, readAptConf } from '../../../src/remote/apt-conf.ts'
import { unattendedOptions } from '../../support/builders/build-periodic-upgrades.ts'

describe('fileText and isOurs', () => {
  it('name the owner of the file and how to remove it', () => {
    const text = fileText('ubuntu', unattendedOptions)

    expect(isOurs(text)).toBe(true)
    expect(text.split('\n')[0]).toContain('maestro unattended-upgrades --remove')
  })

  it('clear each list before they fill it', () => {
    const text = fileText('debian', unattendedOptions)

    for (const name of ['Allowed-Origins', 'Origins-Pattern', 'Update-Days'])
      expect(text).toContain(`\n#clear Unattended-Upgrade::${name};\n`)
    expect(text.indexOf('#clear Unattended-Upgrade::Origins-Pattern')).toBeLessThan(text.indexOf('Debian-Security'))
    expect(text).not.toContain('#clear Unattended-Upgrade::Package-Blacklist')
  })

  it('write the origins of the system and the manifest, each in the list of its form', () => {
    const settings = readAptConf(
      fileText('debian', { ...unattendedOptions, origins: ['Docker:bookworm', 'origin=Vendor,label=X*'] }),
    )

    expect(listOf(settings, 'Unattended-Upgrade::Allowed-Origins')).toEqual(['Docker:bookworm'])
    expect(listOf(settings, 'Unattended-Upgrade::Origins-Pattern')).toEqual([
      `origin=Debian,codename=\${distro_codename}-security,label=Debian-Security`,
      'origin=Vendor,label=X*',
    ])
    expect(optionOf(settings, 'Unattended-Upgrade::Automatic-Reboot')).toBe('false')
  })
})

describe('neverTaken', () => {
  const isLeftAlone = (name: string, hold: readonly string[] = []) =>
    neverTaken({ ...unattendedOptions, hold }).some((regex) => new RegExp(`^${regex}`).test(name))

  it.each(['docker-ce', 'docker-ce-cli', 'docker.io', 'containerd.io', 'containerd', 'runc'])('matches %s', (name) => {
    expect(isLeftAlone(name)).toBe(true)
  })

  it.each(['docker', 'dockerfilter', 'dockerXio', 'docker.io-doc', 'runc-tools', 'python3-docker', 'containerd2'])(
    'does not match %s',
    (name) => {
      expect(isLeftAlone(name)).toBe(false)
    },
  )

  it.each([
    ['linux-image-*', 'linux-image-6.8.0-45-generic', true],
    ['linux-image-*', 'linux-libc-dev', false],
    ['libstdc++6', 'libstdc++6', true],
    ['libstdc++6', 'libstdccc6', false],
    ['postgresql-1?', 'postgresql-16', true],
    ['postgresql-1?', 'postgresql-16-jit', false],
  ])('with hold %s on %s returns %s', (hold, name, isHeld) => {
    expect(isLeftAlone(name, [hold])).toBe(isHeld)
  })
})

describe('unattendedUpgrades', () => {
  it.each(['Docker:bookworm', 'origin=Docker,codename=bookworm', 'site=download.docker.com'])(
    'accepts the origin %s',
    (origin) => {
      expect(() => unattendedUpgrades({ ...unattendedOptions, origins: [origin] })).not.toThrow()
    },
  )

  it.each(['Docker', '', 'a"b:c', 'a:b";\nAPT::Periodic::Enable "0', 'origin=', 'origin=a,b', 'a:b:c'])(
    'rejects the origin %j, with which every unattended-upgrade would fail',
    (origin) => {
      expect(() => unattendedUpgrades({ ...unattendedOptions, origins: [origin] })).toThrow(/cannot be told of/)
    },
  )

  it.each(['Linux', 'a b', 'a"', '(', ''])('rejects hold %j, which is not a package name', (hold) => {
    expect(() => unattendedUpgrades({ ...unattendedOptions, hold: [hold] })).toThrow(/cannot be told of/)
  })

  it('makes the same steps from its name and options alone', () => {
    const made = unattendedUpgrades({ remove: true, hold: ['a'], origins: ['A:b'] })

    expect(made.spec).toEqual({
      name: 'unattended-upgrades',
      options: { remove: true, hold: ['a'], origins: ['A:b'] },
    })
    expect(made.steps.map(({ id }) => id)).toEqual([
      'unattended-upgrades-settings-back',
      'unattended-upgrades-package-back',
    ])
  })
})
