import { describe, expect, it } from 'vitest'
import { fakeComposeProject, projectFolder } from '../../support/fakes/fake-compose-project.ts'
import { shells } from '../../support/tools.ts'

const both = 'web:web\ncache:cache\n'
const envOf = (tag: number) => `TAG=${tag}\nSECRET=not-a-real-one\n`

describe.each(shells())('compose/roll-out.sh, pull-images.sh and rollback.sh under $name', (shell) => {
  /** Version 1 is rolled out. */
  function fakeShop() {
    const shop = fakeComposeProject(shell)
    shop.stage('r1', both, envOf(1))
    expect(shop.images('r1')).toMatchObject({ status: 0 })
    expect(shop.rollOut('r1')).toMatchObject({ status: 0 })
    return shop
  }
  function withVersion2(compose = both) {
    const shop = fakeShop()
    shop.stage('r2', compose, envOf(2))
    expect(shop.images('r2')).toMatchObject({ status: 0 })
    return shop
  }
  const version = (tag: number) => ({ web: `sha256:web${tag}`, cache: `sha256:cache${tag}` })

  it('roll out services with their images and record service and image id', () => {
    const shop = fakeShop()

    expect(shop.kept('r1/images')).toBe('web|web:1|sha256:web1|yes\ncache|cache:1|sha256:cache1|yes\n')
    expect(shop.running()).toEqual(version(1))
    expect(shop.kept('deployed')).toBe('cache|r1|cache:1|sha256:cache1|conf-1\nweb|r1|web:1|sha256:web1|conf-1\n')
  })

  it('keep as many earlier versions as asked, and remove the images of others', () => {
    const shop = withVersion2()
    shop.rollOut('r2', { keep: '1' })
    expect(shop.kept('deployed.1')).toContain('|r1|')
    shop.stage('r3', both, envOf(3))
    shop.images('r3')

    expect(shop.rollOut('r3', { keep: '1' })).toMatchObject({ status: 0 })

    expect([shop.kept('deployed'), shop.kept('deployed.1'), shop.kept('deployed.2')]).toEqual([
      expect.stringContaining('|r3|'),
      expect.stringContaining('|r2|'),
      '',
    ])
    expect([shop.kept('r1/compose.yml'), shop.engine('images/web:1')]).toEqual(['', ''])
    expect(shop.engine('images/web:2')).not.toBe('')
  })

  it('keep each version once when a roll-out is repeated after a kill', () => {
    const shop = withVersion2()
    shop.rollOut('r2')
    shop.stage('r3', both, envOf(3))
    shop.images('r3')
    shop.run(`cd "$MAESTRO_ROOT/${projectFolder}"; mv deployed.1 deployed.2; cp deployed deployed.1`)

    expect(shop.rollOut('r3')).toMatchObject({ status: 0 })

    expect(['deployed', 'deployed.1', 'deployed.2'].map((name) => /r\d/.exec(shop.kept(name))?.[0])).toEqual([
      'r3',
      'r2',
      'r1',
    ])
  })

  it('roll back all services when one is unhealthy', () => {
    const shop = withVersion2()
    shop.write('sick', 'sha256:web2\n')

    const { status, said } = shop.rollOut('r2')

    expect({ status, running: shop.running() }).toEqual({ status: 3, running: version(1) })
    expect(said).toMatch(/\nwhy: web is unhealthy\n$/)
    expect(said).toContain('first\n\nmy secret is [hidden]\n')
    expect(shop.kept('deployed')).toContain('|r1|')
  })

  it('roll back all services when one restarts within seconds', () => {
    const shop = withVersion2()
    shop.write('falls', 'sha256:web2\n')

    const { status, said } = shop.rollOut('r2')

    expect({ status, said }).toEqual({ status: 3, said: expect.stringContaining('why: web is exited\n') })
    expect(shop.running()).toEqual(version(1))
  })

  it('roll back one service alone when it was rolled out alone, else with its dependencies', () => {
    const lastUp = (services: string) => {
      const shop = withVersion2()
      shop.write('sick', 'sha256:web2\n')
      expect(shop.rollOut('r2', { services })).toMatchObject({ status: 3 })
      return shop
        .engine('asked')
        .match(/(?<= up --detach ).*/g)
        ?.at(-1)
    }

    expect(lastUp('web')).toMatch(/ --no-deps web$/)
    expect(lastUp('')).toMatch(/never cache web$/)
  })

  it('roll back to the image that a tag had before it moved', () => {
    const shop = fakeShop()
    shop.stage('r2', both, `${envOf(1)}MORE=1\n`)
    shop.write('registry/web:1', 'sha256:moved\n')
    shop.write('sick', 'sha256:moved\n')
    shop.images('r2')

    expect(shop.rollOut('r2')).toMatchObject({ status: 3 })
    expect(shop.running()).toEqual(version(1))
  })

  it('leave unhealthy services running with --no-rollback', () => {
    const shop = withVersion2()
    shop.write('sick', 'sha256:web2\n')

    expect(shop.rollOut('r2', { roll_back: 'no' })).toMatchObject({ status: 4 })
    expect(shop.running()).toEqual(version(2))
  })

  it('report that there is no earlier version, or that it is unhealthy too', () => {
    const first = fakeComposeProject(shell)
    first.stage('r1', both, envOf(1))
    first.images('r1')
    first.write('sick', 'sha256:web1\n')
    const second = withVersion2()
    second.write('sick', 'sha256:web1\nsha256:web2\n')

    expect(first.rollOut('r1')).toMatchObject({ status: 4, said: expect.stringContaining('nothing to go back to') })
    expect(second.rollOut('r2')).toMatchObject({ status: 4, said: expect.stringContaining('not well either') })
  })

  it('remove what a rolled back version had added', () => {
    const shop = withVersion2(`${both}new:cache\n`)
    shop.write('sick', 'sha256:web2\n')

    expect(shop.rollOut('r2')).toMatchObject({ status: 3 })
    expect(shop.running()).toEqual(version(1))
  })

  it('roll out one service and leave the others at their revision', () => {
    const shop = withVersion2()

    expect(shop.images('r2', { services: 'web' })).toMatchObject({ status: 0 })
    expect(shop.rollOut('r2', { services: 'web' })).toMatchObject({ status: 0 })

    expect(shop.running()).toEqual({ ...version(1), web: 'sha256:web2' })
    expect(shop.kept('deployed')).toMatch(/^cache\|r1\|.*\nweb\|r2\|/)
  })

  it('use local images when the registry is unreachable, and record that', () => {
    const shop = fakeComposeProject(shell)
    shop.stage('r1', both.replace('cache:', 'cache:local/'), envOf(1))
    const refused = shop.images('r1')
    shop.run('mkdir "$MAESTRO_ROOT/engine/images/local"')
    shop.stage('r2', 'web:web\nother:here\n', envOf(1))
    shop.write('images/here:1', 'sha256:here\n')

    expect(refused).toMatchObject({ status: 1, said: expect.stringContaining('could not be pulled, and is not here') })
    expect(refused.said).not.toContain('not-a-real-one')
    expect(shop.images('r2')).toMatchObject({ status: 0 })
    expect(shop.kept('r2/images')).toContain('other|here:1|sha256:here|no\n')
  })

  it('let Compose reject the files before any change, without printing secrets', () => {
    const shop = withVersion2()
    shop.write('refuses', '')

    const { status, said } = shop.images('r2')

    expect({ status, said }).toEqual({ status: 1, said: expect.stringContaining('bad value [hidden]') })
    expect(said).not.toContain('not-a-real-one')
    expect(shop.running()).toEqual(version(1))
  })

  it('roll back on demand, once, and only to what was planned', () => {
    const shop = withVersion2()
    shop.rollOut('r2')
    const before = shop.kept('deployed.1').trim()

    expect(shop.rollBack('web|r0|web:0|sha256:web0|c')).toMatchObject({ status: 1 })
    expect(shop.running()).toEqual(version(2))
    expect(shop.rollBack(before)).toMatchObject({ status: 0 })

    expect(shop.running()).toEqual(version(1))
    expect(shop.kept('deployed')).toBe(shop.kept('deployed.1'))
    expect(shop.rollOut('r2')).toMatchObject({ status: 0 })
    expect(shop.kept('deployed.1').trim()).toBe(before)
  })
})
