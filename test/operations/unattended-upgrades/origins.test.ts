import { describe, expect, it } from 'vitest'
import { hasRelease, substituted } from '../../../src/operations/unattended-upgrades/origins.ts'

describe('substituted and hasRelease', () => {
  it.each([
    [`\${distro_id}:\${distro_codename}-security`, 'ubuntu', 'noble', 'o=Ubuntu,a=noble-security'],
    [`\${distro_id}ESM:\${distro_codename}-infra-security`, 'ubuntu', 'jammy', 'o=UbuntuESM,a=jammy-infra-security'],
    [
      `origin=Debian,codename=\${distro_codename}-security`,
      'debian',
      'trixie',
      'origin=Debian,codename=trixie-security',
    ],
    [`o=\${other}`, 'debian', 'trixie', `o=\${other}`],
  ])('substituted writes %s as unattended-upgrade does', (origin, id, codename, name) => {
    expect(substituted(origin, { id, codename })).toBe(name)
  })

  const release = 'v=12,o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64'

  it.each([
    ['origin=Debian,codename=bookworm-security,label=Debian-Security', true],
    ['o=Debian,a=oldstable-security', true],
    ['suite=*-security, component=main', true],
    ['site=security.debian.org', true],
    ['origin=Debian,label=Debian', false],
    ['o=Debian,a=stable-security', false],
    ['label=Debian.Security', false],
    ['unknown=x', false],
  ])('hasRelease of %s returns %s', (origin, has) => {
    expect(hasRelease(release, origin)).toBe(has)
  })
})
