import { expect, it } from 'vitest'
import { startPhases } from '../../../src/ssh/transport/phases.ts'

it('startPhases measures each phase and adds up one that is entered again', () => {
  const moments = [0, 3, 3, 10, 10, 15]
  const phases = startPhases(() => moments.shift() ?? Number.NaN)

  phases.enter('config')
  phases.enter('connect')
  phases.enter('config')
  const times = phases.times()

  expect(times).toEqual([
    { phase: 'config', durationMs: 8 },
    { phase: 'connect', durationMs: 7 },
  ])
  expect(phases.times()).toEqual(times)
})
