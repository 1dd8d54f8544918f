import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  callsOf,
  dockerCallsOf,
  fakeRouter,
  jobFile,
  launchesOf,
  routerOf,
  runUpgrade,
  scriptOf,
  weaveScript,
} from '../../support/fakes/fake-weave-router.ts'
import { shells } from '../../support/tools.ts'

const launch = 'launch --no-dns 203.0.113.11 203.0.113.12'
const digest = (letter: string) => `sha256:${letter.repeat(64)}`

describe.each(shells())('weave/upgrade.sh under $name', (shell) => {
  it('fetches images, stops the router, replaces the script and launches it as before, without a reset', () => {
    const server = fakeRouter()

    const { status, said } = runUpgrade(server, shell)

    expect([status, said]).toEqual([
      0,
      ['fetching images: weave setup', 'stopping Weave 2.6.5', 'launching Weave 2.8.1'],
    ])
    expect(callsOf(server)).toEqual(['2.8.1 setup', '2.6.5 stop', `2.8.1 ${launch}`, '2.8.1 status connections'])
    expect(scriptOf(server)).toBe(weaveScript('2.8.1'))
    expect(jobFile(server, 'old')).toBe(weaveScript('2.6.5'))
    expect(routerOf(server)).toBe('weaveworks/weave:2.8.1')
  })

  it('passes the password by environment only and keeps no copy', () => {
    const server = fakeRouter()

    const { said } = runUpgrade(server, shell)

    expect(launchesOf(server)).toEqual(['s3cret 1376'])
    expect([...said, ...callsOf(server), ...dockerCallsOf(server)].join('\n')).not.toContain('s3cret')
    expect(jobFile(server, 'password')).toBeUndefined()
  })

  it('launches without a password where there was none', () => {
    const server = fakeRouter({ files: { container: 'argument --no-dns\n' } })

    runUpgrade(server, shell, { has_password: 'no' })

    expect(launchesOf(server)).toEqual(['none 1376'])
  })

  it('removes the stopped router of another image family, and never its data', () => {
    const server = fakeRouter()

    runUpgrade(server, shell)

    expect(dockerCallsOf(server).filter((call) => /^docker rm/.test(call))).toEqual([
      'docker rm weave',
      'docker rm weaveproxy',
      'docker rm weaveplugin',
    ])
  })

  it('lets weave.service stop and start the router where that runs it', () => {
    const systemctl = `echo "0 systemctl $*" >>"$MAESTRO_ROOT/calls"
      case "$*" in
        'stop weave.service') rm "$MAESTRO_ROOT/router" ;;
        'start weave.service') echo weaveworks/weave:2.8.1 >"$MAESTRO_ROOT/router" ;;
      esac`
    const server = fakeRouter({ tools: { systemctl } })

    const { status } = runUpgrade(server, shell, { has_unit: 'yes', has_password: 'no' })

    expect([status, callsOf(server).slice(1, 3)]).toEqual([
      0,
      ['0 systemctl stop weave.service', '0 systemctl start weave.service'],
    ])
  })

  it.each([
    [`weaveworks/weave@${digest('b')}`, 'by digest', 0],
    [`weaveworks/weave@${digest('a')}`, 'by id', 0],
    [`weaveworks/weavedb:latest@${digest('c')}`, 'with a tag of its own', 0],
    [`weaveworks/weave@${digest('d')}`, 'not at all', 1],
    [`weaveworks/weaveexec@${digest('b')}`, 'not there', 1],
  ])('checks the image %s, known %s, with exit code %i', (image, _, status) => {
    const server = fakeRouter()

    expect(runUpgrade(server, shell, { images: `weaveworks/weave@${digest('b')}\n${image}` }).status).toBe(status)

    expect(routerOf(server)).toBe(status === 0 ? 'weaveworks/weave:2.8.1' : 'weaveworks/weave:2.6.5')
  })

  type Trial = Parameters<typeof fakeRouter>[0] & { readonly inputs?: Readonly<Record<string, string>> }
  it.each<[string, Trial, RegExp]>([
    ['the script is not the one that was sent', { inputs: { sum: 'f'.repeat(64) } }, /did not arrive as it was sent/],
    ['images cannot be had', { inputs: { script: weaveScript('2.8.1', { setup: 'exit 1' }) } }, /weave setup failed/],
    ['the router does not stop', { old: weaveScript('2.6.5', { stop: 'exit 1' }) }, /2\.6\.5 cannot be stopped/],
    [
      'the password is not to be had',
      { files: { container: 'argument x\n' } },
      /password of the router cannot be read/,
    ],
  ])('changes nothing when %s', (_, { inputs = {}, ...options }, words) => {
    const server = fakeRouter(options)
    const before = scriptOf(server)

    const { status, said } = runUpgrade(server, shell, inputs)

    expect([status, said.at(-1)]).toEqual([1, expect.stringMatching(words)])
    expect(said.at(-1)).toContain('nothing was changed')
    expect([scriptOf(server), routerOf(server)]).toEqual([before, 'weaveworks/weave:2.6.5'])
  })

  const isLost = "echo '-> 203.0.113.12:6783     failed      dial tcp4: connection refused, retry: never'"
  it.each([
    ['cannot be launched', { launch: 'echo "docker: Error response" >&2; exit 1' }, 'Weave 2.8.1 cannot be launched'],
    ['does not answer', { connections: 'exit 1' }, 'Weave 2.8.1 is launched, but its router does not answer'],
    [
      'does not get its connections back',
      { connections: isLost },
      'Weave 2.8.1 is launched, but 0 of 1 connections are established, 203.0.113.12:6783 is failed',
    ],
    [
      'is another one',
      { launch: 'echo weave:2.8.0 >"$root/router"' },
      'Weave 2.8.1 is launched, but the router that runs is weave:2.8.0',
    ],
  ])('rolls back when the new router %s', (_, behaviour, why) => {
    const server = fakeRouter()

    const { status, said } = runUpgrade(server, shell, { script: weaveScript('2.8.1', behaviour) })

    expect([status, said.at(-1)]).toEqual([1, `${why}; gone back to Weave 2.6.5, which runs as before`])
    expect([scriptOf(server), routerOf(server)]).toEqual([weaveScript('2.6.5'), 'weaveworks/weave:2.6.5'])
    expect([launchesOf(server).at(-1), callsOf(server).at(-2)]).toEqual(['s3cret 1376', `2.6.5 ${launch}`])
    expect(jobFile(server, 'password')).toBeUndefined()
  })

  it('leaves a failed router as it is with --no-rollback', () => {
    const server = fakeRouter()

    const { status, said } = runUpgrade(server, shell, {
      script: weaveScript('2.8.1', { connections: 'exit 1' }),
      may_go_back: 'no',
    })

    expect([status, said.at(-1)]).toEqual([
      1,
      expect.stringMatching(/its router does not answer; left as it is \(.*weave\.old is the script of 2\.6\.5\)$/),
    ])
    expect(routerOf(server)).toBe('weaveworks/weave:2.8.1')
  })

  it('reports both errors and keeps the password when the old router cannot be launched again', () => {
    const broken = { launch: 'exit 1' }
    const server = fakeRouter({ old: weaveScript('2.6.5', broken) })

    const { said } = runUpgrade(server, shell, { script: weaveScript('2.8.1', broken) })

    expect(said.at(-1)).toBe(
      'Weave 2.8.1 cannot be launched; Weave 2.6.5 cannot be launched again either: no router runs now',
    )
    expect(jobFile(server, 'password')).toBe('s3cret\n')
    expect(statSync(`${server.root}/var/lib/maestro/20261123-091500-test/weave.password`).mode & 0o777).toBe(0o600)
  })

  it('can be started again in the middle: without a router, with the new script in place', () => {
    const server = fakeRouter({ old: weaveScript('2.6.5', { launch: 'exit 1' }) })
    runUpgrade(server, shell, { script: weaveScript('2.8.1', { launch: 'exit 1' }) })
    server.run('rm "$MAESTRO_ROOT/container"')

    const { status } = runUpgrade(server, shell)

    expect([status, routerOf(server), launchesOf(server).at(-1)]).toEqual([0, 'weaveworks/weave:2.8.1', 's3cret 1376'])
  })

  it('keeps the script from before the first attempt', () => {
    const server = fakeRouter()
    runUpgrade(server, shell)

    runUpgrade(server, shell)

    expect(jobFile(server, 'old')).toBe(weaveScript('2.6.5'))
  })

  it.each([
    [
      'goes back when it is killed without a router',
      'rm -f "$MAESTRO_ROOT/router"',
      'weaveworks/weave:2.6.5',
      ['s3cret 1376'],
    ],
    ['leaves a router that runs when it is killed', ':', 'weaveworks/weave:2.8.0', []],
  ])('%s', (_, then, router, launches) => {
    const folder = 'var/lib/maestro/20261123-091500-test'
    const server = fakeRouter({
      old: weaveScript('2.8.1'),
      files: {
        router: 'weaveworks/weave:2.8.0\n',
        [`${folder}/weave.begun`]: 'pid=1\nstart=1\nboot=here\ninvocation=unit\n',
        [`${folder}/weave.old`]: weaveScript('2.6.5'),
        [`${folder}/weave.password`]: 's3cret\n',
        'var/log/maestro/20261123-091500-test': null,
      },
    })
    server.run(then)

    runUpgrade(server, shell, {}, 'ended')

    expect([routerOf(server), launchesOf(server)]).toEqual([router, launches])
  })

  it('waits for connections', () => {
    const slow = `[ -e "$root/asked" ] && echo '<- 203.0.113.12:60773    established fastdp' || touch "$root/asked"`
    const server = fakeRouter({ tools: { sleep: '' } })

    const { status, said } = runUpgrade(server, shell, {
      script: weaveScript('2.8.1', { connections: slow }),
      limit_seconds: '60',
    })

    expect([status, said.at(-1)]).toEqual([0, 'waiting: 0 of 1 connections are established'])
  })
})
