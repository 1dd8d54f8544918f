import { describe, expect, it } from 'vitest'
import { newerPackages } from '../../../src/remote/facts/apt-versions.ts'

const place = 'https://repo.example.com/debian bookworm/main amd64 Packages'
const stanza = [
  'nginx:',
  '  Installed: 1.0',
  '  Candidate: 1.2',
  '  Version table:',
  '     1.2 500',
  `        500 ${place}`,
]
const list = (release: string) => [
  'Package files:',
  ' 100 /var/lib/dpkg/status',
  '     release a=now',
  ` 500 ${place}`,
  release,
  '     origin repo.example.com',
]

describe('newerPackages', () => {
  it.each([
    ['     release v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,c=main,b=amd64', 'Ubuntu:noble-security', true],
    [
      '     release v=24.04,o=UbuntuESMApps,a=noble-apps-updates,n=noble,l=UbuntuESMApps,c=main',
      'UbuntuESMApps:noble-apps-updates',
      true,
    ],
    [
      '     release v=22.04,o=UbuntuESM,a=jammy-infra-security,n=jammy,l=UbuntuESM,c=main',
      'UbuntuESM:jammy-infra-security',
      true,
    ],
    [
      '     release v=12,o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main',
      'Debian:oldstable-security',
      true,
    ],
    ['     release v=12.15,o=Debian,a=oldstable,n=bookworm,l=Debian,c=main,b=amd64', 'Debian:oldstable', false],
    ['     release o=Docker,a=bookworm,l=Docker CE,c=stable,b=amd64', 'Docker:bookworm', false],
    ['     release o=Vendor,n=security-tools,l=Security,c=main', 'Vendor:security-tools', false],
    ['     release c=', ':', false],
  ])('reads %s as %s, and whether that is a security origin', (release, name, isSecurity) => {
    const [found] = newerPackages(stanza, list(release))

    expect(found).toMatchObject({ name: 'nginx', versions: [{ version: '1.2', sources: [{ name, isSecurity }] }] })
  })

  it('names an unknown source by its URL', () => {
    expect(newerPackages(stanza, [])[0]?.versions[0]?.sources).toEqual([{ name: place, isSecurity: false }])
  })

  it('reads packages of another architecture, pinned away, and phased', () => {
    const other = [
      'libc6:i386:',
      '  Installed: 2.36',
      '  Candidate: 2.36',
      '  Package pin: 2.37',
      '  Version table:',
      '     2.37 -1',
      `        500 ${place}`,
    ]
    const phased = stanza.with(4, '     1.2 500 (phased 20%)')

    expect(newerPackages([...other, ...phased], [])).toMatchObject([
      { name: 'libc6:i386', candidate: '2.36', versions: [{ version: '2.37', phased: undefined }] },
      { name: 'nginx', versions: [{ version: '1.2', phased: '20%' }] },
    ])
  })
})
