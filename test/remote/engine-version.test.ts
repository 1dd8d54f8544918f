import { describe, expect, it } from 'vitest'
import { engineOf, isEngine } from '../../src/remote/engine-version.ts'

describe('engineOf', () => {
  it.each([
    ['5:27.3.1-1~ubuntu.24.04~noble', '27.3.1'],
    ['5:29.8.2-1~debian.13~trixie', '29.8.2'],
    ['5:20.10.24~3-0~ubuntu-focal', '20.10.24'],
    ['5:19.03.15~3-0~debian-buster', '19.03.15'],
    ['18.06.3~ce~3-0~ubuntu', '18.06.3'],
    ['18.03.1~ce-0~ubuntu', '18.03.1'],
    ['17.03.0~ce-0~debian-stretch', '17.03.0'],
    ['5:28.0.0~rc.1-1~ubuntu.24.04~noble', '28.0.0-rc.1'],
    ['20.10.24+dfsg1-1+deb12u1', '20.10.24'],
    ['26.1.3-0ubuntu1~24.04.1', '26.1.3'],
    ['27.5.1', '27.5.1'],
    ['what', undefined],
  ])('of %s returns %s', (version, engine) => {
    expect(engineOf(version)).toBe(engine)
  })
})

describe('isEngine', () => {
  it.each([
    ['26.1.5', true],
    ['26.1.5+dfsg1', true],
    ['26.1.50', false],
    ['26.1.5.1', false],
    ['27.3.10', false],
  ])('matches the engine version %s with 26.1.5: %s', (told, is) => {
    expect(isEngine(told, '26.1.5')).toBe(is)
  })
})
