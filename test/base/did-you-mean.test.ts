import { describe, expect, it } from 'vitest'
import { isNear, nearest, suggestion } from '../../src/base/did-you-mean.ts'

describe('isNear, nearest and suggestion', () => {
  it.each([
    { name: 'docker_verison', other: 'docker_version', how: 'two letters that changed places' },
    { name: 'docker_versoin', other: 'docker_version', how: 'the same elsewhere' },
    { name: 'dcker_version', other: 'docker_version', how: 'a letter that is missing' },
    { name: 'docker__versionn', other: 'docker_version', how: 'two letters too many' },
    { name: 'docker-version', other: 'docker_version', how: 'another letter' },
    { name: 'usr', other: 'user', how: 'a letter in a short name' },
  ])('isNear matches names that differ by $how', ({ name, other }) => {
    expect(isNear(name, other)).toBe(true)
    expect(isNear(other, name)).toBe(true)
  })

  it.each([
    { name: 'docker_version', other: 'docker_version', how: 'itself' },
    { name: 'ruby_version', other: 'weave_version', how: 'another word' },
    { name: 'docker_vers', other: 'docker_version', how: 'a beginning' },
    { name: 'rake', other: 'rails', how: 'a short name with two other letters' },
    { name: 'node', other: 'rack', how: 'a short name with nothing in common' },
  ])('isNear does not match $how', ({ name, other }) => {
    expect(isNear(name, other)).toBe(false)
  })

  it('nearest returns the closest candidate', () => {
    expect(nearest('wait_after_adding_server', ['wait_after_adding_serves', 'wait_after_adding_servers'])).toBe(
      'wait_after_adding_serves',
    )
    expect(nearest('ab_version', ['abcd_version', 'abc_version'])).toBe('abc_version')
  })

  it('suggestion is empty when no candidate is near', () => {
    expect(suggestion('colour', ['rollout', 'health'])).toBe('')
    expect(suggestion('heath', ['rollout', 'health'])).toBe('; did you mean health?')
  })
})
