import { describe, expect, it } from 'vitest'
import { dockerUpgrade } from '../../../src/operations/docker-upgrade/operation.ts'
import { buildUpgradeOptions } from '../../support/builders/build-docker-facts.ts'
import { newSum, weaveTarget as weave } from '../../support/builders/build-mesh.ts'

const stepsOf = (parts: Parameters<typeof buildUpgradeOptions>[0]) =>
  dockerUpgrade(buildUpgradeOptions(parts)).steps.map(({ id }) => id)

describe('dockerUpgrade with weave_version', () => {
  it('upgrades Weave before the engine, which may not serve the API of the old Weave', () => {
    expect(stepsOf({ weave })).toEqual(['dpkg-repair', 'docker-packages', 'weave', 'docker-upgrade'])
  })

  it('sends the weave script, checked before', () => {
    expect(dockerUpgrade(buildUpgradeOptions({ weave })).sends).toMatchObject([{ file: { sha256: newSum } }])
  })

  it('leaves Weave alone on --rollback and without weave_version', () => {
    expect([stepsOf({ rollsBackTo: true }), stepsOf({})]).toEqual([
      ['docker-upgrade'],
      ['dpkg-repair', 'docker-packages', 'docker-upgrade'],
    ])
  })
})
