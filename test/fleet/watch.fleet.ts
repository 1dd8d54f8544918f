import { describe, expect, it } from 'vitest'
import { powerCut } from './support/faults.ts'
import { fleetDirectory, readFleet, serverNamed } from './support/fleet.ts'
import { reboot } from './support/inside.ts'
import { initChanges, longestGapMs, mostDown, type Observation, startWatch } from './support/watch.ts'

const watching = async (during: () => Promise<unknown>): Promise<readonly Observation[]> => {
  const watch = await startWatch(`${fleetDirectory()}/run/watch.ndjson`)
  await during().finally(() => new Promise((resolve) => setTimeout(resolve, 300)))
  return watch.stop()
}

describe('startWatch', () => {
  it('observes nothing while nothing happens', async () => {
    const seen = await watching(async () => {})

    expect(mostDown(seen)).toBe(0)
    expect(initChanges(seen)).toEqual([])
    expect(Object.keys(seen[0]?.inits ?? {})).toEqual(readFleet().servers.map(({ name }) => name))
  })

  it('observes a reboot: the system goes down alone and comes up under a new init', async () => {
    const seen = await watching(() => reboot(serverNamed('db-1')))

    expect(mostDown(seen)).toBe(1)
    expect(initChanges(seen).map(({ server }) => server)).toEqual(['db-1'])
    expect(seen.at(-1)?.up).toHaveLength(7)
    expect(longestGapMs(seen)).toBeLessThan(1_000)
  })

  it('observes two systems that are down at once', async () => {
    const both = ['db-1', 'db-2'].map(serverNamed)

    const seen = await watching(async () => {
      const undos = await Promise.all(both.map(powerCut))
      await Promise.all(undos.map((undo) => undo()))
    })

    expect(mostDown(seen)).toBe(2)
    expect(
      initChanges(seen)
        .map(({ server }) => server)
        .sort(),
    ).toEqual(['db-1', 'db-2'])
  })
})
