import { describe, expect, it } from 'vitest'
import { gatherFactsInStates, knownValue } from './support/facts-fixture.ts'

const marks = '/var/lib/maestro'
const undo = `rm -rf ${marks}`

const factsOf = gatherFactsInStates({
  // For root's eyes only.
  'app-1': {
    make: `umask 077; mkdir -p ${marks}/lock ${marks}/drained; cd ${marks}
      printf 'ann@desk\\n' >lock/owner; printf '20261122-081500-k3f9\\n' >lock/run; printf '1795335300\\n' >lock/since
      touch -d '90 seconds ago' lock/heartbeat
      touch drained/20261122-081500-k3f9 drained/20261101-070000-a1b2
      systemd-run -q --collect --unit=maestro-20261122-081500-k3f9-work sleep 600`,
    undo: `systemctl stop maestro-20261122-081500-k3f9-work; ${undo}`,
  },
  'app-2': { make: `mkdir -p ${marks}/lock`, undo },
  'db-1': { make: `mkdir -p ${marks}/drained; touch ${marks}/drained/20261120-060000-zzzz`, undo },
  'db-2': { make: `mkdir -p ${marks}/drained`, undo },
  'lb-1': { make: undo },
})

describe('facts/maestro.sh', () => {
  it('has the lock with its owner, and drains, also where only root may read them', () => {
    const { lock, drained } = knownValue(factsOf('app-1').maestro)

    expect(lock).toEqual({
      owner: 'ann@desk',
      run: '20261122-081500-k3f9',
      since: 1_795_335_300,
      quietSeconds: expect.any(Number),
      busy: ['maestro-20261122-081500-k3f9-work.service'],
    })
    expect(lock?.quietSeconds).toBeGreaterThanOrEqual(90)
    expect(lock?.quietSeconds).toBeLessThan(150)
    expect(drained.toSorted()).toEqual(['20261101-070000-a1b2', '20261122-081500-k3f9'])
  })

  it('has a lock that is still empty', () => {
    const { at, maestro } = factsOf('app-2')

    const lock = { owner: 'somebody', run: 'unknown', since: at, quietSeconds: expect.any(Number), busy: [] }
    expect(knownValue(maestro)).toEqual({ lock, drained: [] })
  })

  it('has a drain without a lock', () => {
    expect(knownValue(factsOf('db-1').maestro)).toEqual({ drained: ['20261120-060000-zzzz'] })
  })

  it.each(['db-2', 'lb-1'])('has nothing on %s', (name) => {
    expect(knownValue(factsOf(name).maestro)).toEqual({ drained: [] })
  })
})
