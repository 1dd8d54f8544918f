import { describe, expect, it } from 'vitest'
import { supportStatus } from '../../src/checks/end-of-life.ts'

const system = (id: string, release: string, name = `${id} ${release}`) => ({
  id,
  release,
  name,
  codename: '',
  hasApt: true,
})
const on = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000

describe('supportStatus', () => {
  it.each([
    ['ubuntu', '24.04', '2026-11-23', 'supported', undefined],
    ['debian', '13', '2026-11-23', 'supported', undefined],
    ['ubuntu', '22.04', '2027-05-31', 'supported', 'support of ubuntu 22.04 ends on 2027-06-01'],
    ['ubuntu', '22.04', '2027-06-01', 'supported', 'support of ubuntu 22.04 ends on 2027-06-01'],
    [
      'ubuntu',
      '22.04',
      '2027-06-02',
      'extended',
      'ubuntu 22.04 gets security fixes only by Ubuntu Pro, until 2032-04-21',
    ],
    ['debian', '12', '2026-11-23', 'extended', 'debian 12 gets security fixes only by Debian LTS, until 2028-06-30'],
    ['debian', '11', '2026-11-23', 'ended', 'debian 11 is out of support since 2026-08-31: no security fixes'],
    ['ubuntu', '25.10', '2026-11-23', 'ended', 'ubuntu 25.10 is out of support since 2026-07-09: no security fixes'],
    ['alpine', '3.22', '2026-11-23', 'unknown', undefined],
  ])('for %s %s on %s returns %s', (id, release, day, status, concern) => {
    expect(supportStatus(system(id, release), on(day))).toEqual({ status, concern })
  })
})
