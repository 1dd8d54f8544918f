import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { compareVersions } from '../../src/remote/debian-version.ts'
import { itNeeds } from '../support/tools.ts'

const pairs: readonly (readonly [older: string, newer: string])[] = [
  ['6.8.0-9-generic', '6.8.0-45-generic'],
  ['6.1.0-9-amd64', '6.1.0-10-amd64'],
  ['6.12.9+deb13-amd64', '6.12.48+deb13-amd64'],
  ['5.15.0-119-generic', '6.8.0-40-generic'],
  ['6.9-rc7-amd64', '6.9.1-amd64'],
  ['1.0~rc1', '1.0'],
  ['1.0~~', '1.0~'],
  ['1.0', '1.0a'],
  ['1.0a', '1.0+1'],
  ['1.0', '1.0-0+b1'],
  ['2.42', '1:2.4'],
  ['5:20.10.24~3-0~ubuntu-focal', '5:27.3.1-1~ubuntu.24.04~noble'],
  ['0.0.20231231235959000001', '0.0.20231231235959000002'],
  ['1.6-2.1+deb12u1', '1.6-2.1+deb12u3'],
]

describe('compareVersions', () => {
  it.each(pairs)('sorts %s before %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0)
    expect(compareVersions(newer, older)).toBeGreaterThan(0)
  })

  it.each(['1.0', '1:6.8.0-45', '6.1.0-28-amd64'])('treats %s as equal to itself', (version) => {
    expect(compareVersions(version, version)).toBe(0)
  })

  it('ignores leading zeros', () => {
    expect(compareVersions('1.02', '1.2')).toBe(0)
    expect(compareVersions('0:1', '1')).toBe(0)
  })

  itNeeds(['dpkg'])('agrees with dpkg --compare-versions on every pair', () => {
    const all = pairs.flat()
    const script = all
      .flatMap((a) => all.map((b) => `dpkg --compare-versions '${a}' lt '${b}' && echo y || echo n`))
      .join('\n')

    const answers = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' }).stdout.trim().split('\n')

    expect(all.flatMap((a) => all.map((b) => (compareVersions(a, b) < 0 ? 'y' : 'n')))).toEqual(answers)
  })
})
