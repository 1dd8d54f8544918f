import { describe, expect, it } from 'vitest'
import { dockerUpgrade } from '../../../src/operations/docker-upgrade/operation.ts'
import { buildUpgradeOptions } from '../../support/builders/build-docker-facts.ts'
import { newSum, weaveOptions as weave } from '../../support/builders/build-mesh.ts'

const stepsOf = (parts: Parameters<typeof buildUpgradeOptions>[0]) =>
  dockerUpgrade(buildUpgradeOptions(parts)).pass.steps.map(({ id }) => id)

describe('an upgrade of Docker where the manifest wants a version of Weave', () => {
  it('brings Weave before the engine, whose API the old one may not speak', () => {
    expect(stepsOf({ weave })).toEqual(['dpkg-repair', 'docker-packages', 'weave', 'docker-upgrade'])
  })

  it('sends its script, found right beforehand', () => {
    expect(dockerUpgrade(buildUpgradeOptions({ weave })).sends).toMatchObject([{ file: { sha256: newSum } }])
  })

  it('leaves Weave alone on the way back, and where nothing is wanted of it', () => {
    expect([stepsOf({ rollsBackTo: true }), stepsOf({})]).toEqual([
      ['docker-upgrade'],
      ['dpkg-repair', 'docker-packages', 'docker-upgrade'],
    ])
  })
})
