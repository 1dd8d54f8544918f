import { describe, expect, it } from 'vitest'
import { runScript } from '../../support/fakes/fake-engine.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'
import { textOf } from '../unattended-upgrades/run-script.ts'

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nx'
const inputs = { docker_repository: 'http://mirror.example/linux/{id}', docker_key: key }
const files = { 'etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n' }
const source = 'etc/apt/sources.list.d/docker.sources'
const fakeHost = (aptGet: string) =>
  fakeServer({ files, tools: { dpkg: 'echo amd64', 'apt-get': `cd "$MAESTRO_ROOT"; ${aptGet}` } })

describe.each(shells())('docker-upgrade/repository.sh under $name', (shell) => {
  const setUp = (server: FakeServer, more = {}) =>
    runScript(server, shell, ['lib/apt.sh', 'lib/docker-source.sh', 'docker-upgrade/repository.sh'], {
      ...inputs,
      ...more,
    })

  it('writes source and key where apt reads them, refreshes the lists, and leaves no other file', () => {
    const server = fakeHost(`for word; do :; done; echo "$word" >asked; cat ${source} >seen`)

    setUp(server)

    expect(textOf(server, 'seen')).toBe(
      'Types: deb\nURIs: http://mirror.example/linux/debian\nSuites: trixie\nComponents: stable\nArchitectures: amd64\n' +
        'Signed-By: /etc/apt/keyrings/docker.asc\n',
    )
    expect([textOf(server, 'asked'), textOf(server, 'etc/apt/keyrings/docker.asc')]).toEqual(['update\n', `${key}\n`])
    const { stdout } = server.run(
      `cd "$MAESTRO_ROOT"; stat -c %a etc/apt/keyrings etc/apt/keyrings/docker.asc ${source}; ls var/lib/maestro/docker`,
    )
    expect(stdout).toBe('755\n644\n644\n')
  })

  it('fails with the words of apt when the repository is unreachable', () => {
    const server = fakeHost("echo 'E: The repository is not signed.'; exit 100")

    expect(() => setUp(server)).toThrow('apt-get update: E: The repository is not signed.')
  })

  it('changes nothing when the key is invalid', () => {
    const server = fakeHost(':')

    expect(() => setUp(server, { docker_key: '-----BEGIN CERTIFICATE-----' })).toThrow('no key in letters')
    expect(textOf(server, source)).toBeUndefined()
  })
})
