import { describe, expect, it } from 'vitest'
import { pinsText } from '../../../src/operations/security-upgrade/pins.ts'

const stanzas = (options: Parameters<typeof pinsText>[0]) =>
  pinsText(options)
    .split('\n\n')
    .map((text) => Object.fromEntries(text.split('\n').map((line) => line.split(': ') as [string, string])))

describe('pinsText', () => {
  it('allows security updates by pocket or label, the release for dependencies only, and nothing else', () => {
    const all = stanzas({ hold: [], origins: [], allPackages: false }).filter(({ Package }) => Package === '*')

    expect(all.map(({ Pin, 'Pin-Priority': priority }) => `${Pin} ${priority}`)).toEqual([
      'release a=now 100',
      'release o=Ubuntu,a=/-security$/ 500',
      'release o=UbuntuESM,a=/-security$/ 500',
      'release o=UbuntuESMApps,a=/-security$/ 500',
      'release o=Debian,l=Debian-Security 500',
      'release o=Ubuntu,a=/^[a-z]+$/ 50',
      'release o=Debian,l=Debian 50',
      'release a=/./ -1',
    ])
  })

  it('pins Docker packages and held packages to their versions', () => {
    const [now, others] = stanzas({ hold: ['nginx', 'linux-image-*'], origins: [], allPackages: false })

    expect(now).toMatchObject({ Pin: 'release a=now', 'Pin-Priority': '100' })
    expect(others).toMatchObject({ Pin: 'release a=/./', 'Pin-Priority': '-1' })
    expect(others?.Package).toMatch(/^docker-ce .*\bcontainerd\b.* nginx linux-image-\*$/)
  })

  it('writes only the pins of held packages with --all-packages', () => {
    const all = stanzas({ hold: ['nginx'], origins: [], allPackages: true })

    expect(all.map(({ Package, Pin }) => [Package?.split(' ').at(-1), Pin])).toEqual([
      ['nginx', 'release a=now'],
      ['nginx', 'release a=/./'],
    ])
  })

  it.each([
    ['Docker:bookworm', 'release o=Docker,a=bookworm'],
    ['origin=Docker,codename=bookworm,label=Docker CE', 'release o=Docker,n=bookworm,l=Docker CE'],
  ])('allows the origin %s of the manifest', (origin, pin) => {
    expect(stanzas({ hold: [], origins: [origin], allPackages: false })).toContainEqual({
      Package: '*',
      Pin: pin,
      'Pin-Priority': '501',
    })
  })
})
