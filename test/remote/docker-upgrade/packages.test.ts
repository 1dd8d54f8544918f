import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dockerFolder, fakeEngine, runJob } from '../../support/fakes/fake-engine.ts'
import type { FakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { callsOf, textOf } from '../unattended-upgrades/run-script.ts'

// A package of the archive is fetched into the folder that apt-get is called in.
const aptGet = (simulated: string, archive = 'containerd.io') => `echo "apt-get $*" >>"$MAESTRO_ROOT/calls"
case $* in
  *' -s install '*) printf '%s\\n' '${simulated}' ;;
  *' download ${archive}='*) touch '${archive}_1.6_amd64.deb' ;;
  *' download '*) exit 100 ;;
esac`
const planned = 'Inst docker-ce [5:1] (5:2 Docker:noble [amd64])\nInst pigz (2.8 Ubuntu:24.04/noble [amd64])'
const inputs = { packages: 'docker-ce=5:2', kept: 'docker-ce=5:1\ncontainerd.io=1.6', must_keep: 'yes' }
const cached = { 'var/cache/apt/archives/docker-ce_5%3a1_amd64.deb': 'old\n' }
const fetched = (server: FakeServer) =>
  callsOf(server).map((call) => /(-s install|--download-only|download) .*/.exec(call)?.[0])

describe.each(shells())('docker-upgrade/packages.sh under $name', (shell) => {
  const fetch = (server: FakeServer, more: Readonly<Record<string, string>> = {}) =>
    runJob(server, shell, 'packages', { ...inputs, ...more })
  const files = { ...cached, [`${dockerFolder}/back/versions`]: 'docker-ce|5:0\n' }
  const fakeHost = (text: string, more = {}) => fakeEngine({ files: { ...files, ...more }, tools: { 'apt-get': text } })
  const isThere = (server: FakeServer, path: string) => existsSync(`${server.root}/${dockerFolder}/${path}`)

  it('fetches the new packages and keeps the installed ones, from the apt cache or the archive', () => {
    const server = fakeHost(aptGet(planned))

    expect(fetch(server)).toMatchObject({ status: 0 })

    expect(fetched(server).filter((one) => one !== undefined)).toEqual([
      '-s install docker-ce=5:2',
      '--download-only install docker-ce=5:2',
      'download containerd.io=1.6',
    ])
    expect(textOf(server, `${dockerFolder}/back/versions`)).toBe('docker-ce|5:1\ncontainerd.io|1.6\n')
    expect(textOf(server, `${dockerFolder}/back/docker-ce_5%3a1_amd64.deb`)).toBe('old\n')
    expect([
      isThere(server, 'back/containerd.io_1.6_amd64.deb'),
      isThere(server, 'back/docker-ce_1_amd64.deb'),
    ]).toEqual([true, false])
  })

  it('does not keep packages twice', () => {
    const server = fakeHost(aptGet(planned))
    fetch(server)
    server.run('rm "$MAESTRO_ROOT/calls"; rm -r "$MAESTRO_ROOT/var/cache"')

    expect(fetch(server)).toMatchObject({ status: 0, said: expect.not.stringContaining('way back') })
    expect(callsOf(server).filter((call) => call.includes(' download '))).toEqual([])
  })

  it.each([
    [
      'another package that is installed would change',
      `${planned}\nInst runc [1.1] (1.2 Ubuntu [amd64])`,
      'runc=1.2 would',
    ],
    ['one would be another version', planned.replaceAll('5:2', '5:3'), 'docker-ce=5:3 would'],
  ])('fetches nothing when %s than planned', (_, simulated, words) => {
    const server = fakeHost(aptGet(simulated))

    expect(fetch(server)).toMatchObject({ status: 1, said: expect.stringContaining(words) })
    expect(callsOf(server).filter((call) => call.includes('--download-only'))).toEqual([])
  })

  it('fetches nothing when apt cannot install the packages, and prints why', () => {
    const server = fakeHost("case $* in *' -s '*) echo ' docker-ce : Depends: libc6 (>= 9)'; exit 100 ;; esac")

    expect(fetch(server)).toMatchObject({
      status: 1,
      said: expect.stringContaining('E: apt cannot install them: docker-ce : Depends: libc6 (>= 9)'),
    })
  })

  it.each([
    ['is refused where there must be one', 'yes', 1, 'so that there would be no way back: --no-rollback'],
    ['is told to be missing where there need not be', 'no', 0, 'there will be no way back'],
  ])(
    'without an archived package for the rollback it %s, and keeps no incomplete set',
    (_, mustKeep, status, words) => {
      const server = fakeHost(aptGet(planned, 'nothing'))

      expect(fetch(server, { must_keep: mustKeep })).toEqual({ status, said: expect.stringContaining(words) })
      expect(isThere(server, 'back')).toBe(false)
    },
  )
})
