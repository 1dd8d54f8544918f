import { describe, expect, it } from 'vitest'
import { resolveVersion } from '../../../src/operations/docker-upgrade/resolve-version.ts'

const noble = (version: string) => `5:${version}-1~ubuntu.24.04~noble`

describe('resolveVersion', () => {
  const offered = ['27.3.1', '27.3.10', '27.5.0', '27.5.1', '28.0.0~rc.1', '26.1.5', '27.4.0'].map(noble)

  it.each([
    ['27.3.1', noble('27.3.1')],
    ['27.3.10', noble('27.3.10')],
    ['27.3', noble('27.3.10')],
    ['27.5', noble('27.5.1')],
    ['27', noble('27.5.1')],
    ['latest', noble('27.5.1')],
    ['28.0.0-rc.1', noble('28.0.0~rc.1')],
    [noble('27.3.1'), noble('27.3.1')],
  ])('resolves %s to %s', (wanted, version) => {
    expect(resolveVersion(wanted, offered)).toEqual({ status: 'found', version, newest: noble('27.5.1') })
  })

  it.each(['27.3.11', '2', '7.3.1', '27.30', '28', '28.0', '28.0.0', '27.3.1.', '.*'])(
    'does not resolve %s',
    (wanted) => {
      expect(resolveVersion(wanted, offered)).toEqual({ status: 'missing', newest: noble('27.5.1') })
    },
  )

  it('does not take 27.3.10 for 27.3.1 when that is not offered', () => {
    expect(resolveVersion('27.3.1', [noble('27.3.10')])).toEqual({ status: 'missing', newest: noble('27.3.10') })
  })

  it.each([
    ['20.10.24', '5:20.10.24~3-0~ubuntu-focal'],
    ['20.10', '5:20.10.24~3-0~ubuntu-focal'],
    ['5:20.10.24~3-0~ubuntu-focal', '5:20.10.24~3-0~ubuntu-focal'],
    ['18.06.3', '18.06.3~ce~3-0~ubuntu'],
    ['18.06.3-ce', '18.06.3~ce~3-0~ubuntu'],
    ['18.06.3~ce~3-0~ubuntu', '18.06.3~ce~3-0~ubuntu'],
  ])('resolves %s of an old release to %s', (wanted, version) => {
    const old = ['5:20.10.24~3-0~ubuntu-focal', '5:19.03.15~3-0~ubuntu-focal', '18.06.3~ce~3-0~ubuntu']

    expect(resolveVersion(wanted, old)).toMatchObject({ status: 'found', version })
  })

  it('returns nothing when no version is offered', () => {
    expect(resolveVersion('latest', [])).toEqual({ status: 'missing', newest: undefined })
  })
})
