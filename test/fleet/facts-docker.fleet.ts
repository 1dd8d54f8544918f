import { describe, expect, it } from 'vitest'
import {
  combineStates,
  gatherFacts,
  gatherFactsInStates,
  inside,
  knownValue,
  type State,
} from './support/facts-fixture.ts'

const containers: State = {
  make: `docker run -d --name steady --restart always busybox:local sleep infinity
    docker run -d --name fallen busybox:local sh -c 'exit 3'
    docker run -d --name well --restart unless-stopped --health-cmd true --health-interval 1s busybox:local sleep infinity
    docker run -d --name sick --health-cmd false --health-interval 1s --health-retries 1 busybox:local sleep infinity
    docker create --name waiting --restart on-failure:3 busybox:local true
    docker tag busybox:local weaveworks/weave:2.8.3; docker tag busybox:local weaveworks/weaveexec:1.0.0
    docker run -d --name weave weaveworks/weave:2.8.3 sleep infinity
    docker run -d --name weave-other weaveworks/weaveexec:1.0.0 sleep infinity
    timeout 30 sh -c 'until docker ps | grep -q "(healthy)" && docker ps | grep -q "(unhealthy)"; do sleep 0.2; done'
  `,
  undo: `docker rm -f -v steady fallen well sick waiting weave weave-other >/dev/null 2>&1
    docker rmi weaveworks/weave:2.8.3 weaveworks/weaveexec:1.0.0 >/dev/null 2>&1 || :
  `,
}

const stoppedEngine: State = {
  make: 'systemctl stop docker.socket docker.service',
  // systemd refuses what was started three times in a minute.
  undo: 'systemctl reset-failed docker.socket docker.service; systemctl start docker.socket docker.service',
}

/** A stand-in for Docker's client at some place: that of a system without Docker's packages. */
const clientAt = (path: string, version: string): State => ({
  make: `install -D /dev/null ${path}
    printf '#!/bin/sh\\ncase $* in *Client*) echo ${version} ;; *) echo no engine >&2; exit 1 ;; esac\\n' >${path}
    chmod 755 ${path}\n`,
  undo: `rm -f ${path}\n`,
})

/** A package of that name with nothing in it. */
const installed = (name: string): State => ({
  make: `mkdir -p /run/${name}/DEBIAN
    printf '%s\\n' 'Package: ${name}' 'Version: 1' 'Architecture: all' 'Maintainer: own <root@localhost>' \
      'Description: own' >/run/${name}/DEBIAN/control
    dpkg-deb --build /run/${name} /run >/dev/null; dpkg -i /run/${name}_1_all.deb >/dev/null\n`,
  undo: `dpkg -P ${name}; rm -rf /run/${name} /run/${name}_1_all.deb\n`,
})

const weaveScript = (text: string): State => ({
  make: `printf '%s\\n' '#!/bin/sh' '${text}' 'exit 1' >/usr/local/bin/weave; chmod 755 /usr/local/bin/weave\n`,
  undo: 'rm -f /usr/local/bin/weave\n',
})

const factsOf = gatherFactsInStates({
  'web-1': combineStates(containers, installed('docker-compose-v2'), weaveScript('SCRIPT_VERSION="2.6.0"')),
  'web-2': combineStates(stoppedEngine, weaveScript('SCRIPT_VERSION="2.6.5"')),
  'app-1': weaveScript('SCRIPT_VERSION="2.8.1"'),
  'app-2': combineStates(clientAt('/usr/local/bin/docker', '27.5.1'), weaveScript('SCRIPT_VERSION=unreleased')),
  'db-1': clientAt('/snap/bin/docker', '24.0.5'),
  'db-2': combineStates(clientAt('/usr/local/bin/docker', '26.1.0'), installed('docker-ce')),
  'lb-1': combineStates(clientAt('/usr/local/bin/docker', '26.1.1'), installed('moby-engine')),
})

// The engine's own API, without Docker's client.
const api = (path: string) => `python3 -c '
import http.client, json, socket
connection = http.client.HTTPConnection("docker")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect("/run/docker.sock")
connection.request("GET", "${path}")
print(connection.getresponse().read().decode())
'`

describe('facts/docker.sh', () => {
  it('has the version that docker version prints', async () => {
    const { Version } = JSON.parse(await inside('web-1', api('/version'))) as { Version: string }
    const client = await inside('web-1', 'docker --version')

    const docker = knownValue(factsOf('web-1').docker)
    expect(docker).toMatchObject({ version: Version, source: 'docker.io' })
    expect(docker?.trouble).toBeUndefined()
    expect(client).toContain(`Docker version ${docker?.client},`)
  })

  it('has what docker info prints, and the version of Compose that dpkg has', async () => {
    type Answer = { MinAPIVersion: string; Components: { Name: string; Version: string }[] }
    const { MinAPIVersion, Components } = JSON.parse(await inside('web-1', api('/version'))) as Answer
    const versionOf = (name: string) => Components.find(({ Name }) => Name === name)?.Version
    const compose = await inside('web-1', `dpkg-query -W -f '\${Version}' docker-compose-v2`)

    expect(knownValue(factsOf('web-1').docker)?.components).toEqual({
      apiMinimum: MinAPIVersion,
      containerd: versionOf('containerd'),
      runc: versionOf('runc'),
      compose,
    })
  })

  it('has every container, stopped ones too', () => {
    const startedAt = expect.stringMatching(/^20\d\d-\d\d-\d\dT/)
    const busybox = { image: 'busybox:local', state: 'running', restartPolicy: 'no', startedAt }

    expect(knownValue(factsOf('web-1').docker)?.containers.toSorted(byName)).toEqual([
      { ...busybox, name: 'fallen', state: 'exited' },
      { ...busybox, name: 'sick', health: 'unhealthy' },
      { ...busybox, name: 'steady', restartPolicy: 'always' },
      { ...busybox, name: 'waiting', state: 'created', restartPolicy: 'on-failure', startedAt: '0001-01-01T00:00:00Z' },
      { ...busybox, name: 'weave', image: 'weaveworks/weave:2.8.3' },
      { ...busybox, name: 'weave-other', image: 'weaveworks/weaveexec:1.0.0' },
      { ...busybox, name: 'well', health: 'healthy', restartPolicy: 'unless-stopped' },
    ])
  })

  it('reports a stopped engine', async () => {
    const docker = knownValue(factsOf('web-2').docker)

    expect(await inside('web-2', 'docker --version')).toContain(`Docker version ${docker?.client},`)
    expect(docker).toMatchObject({ source: 'docker.io', containers: [] })
    expect(docker?.trouble).toMatch(/^Cannot connect to the Docker daemon/)
    expect(docker?.version).toBeUndefined()
  })

  it.each([
    { name: 'app-2', source: 'static', client: '27.5.1' },
    { name: 'db-1', source: 'snap', client: '24.0.5' },
    { name: 'db-2', source: 'docker-ce', client: '26.1.0' },
    { name: 'lb-1', source: 'moby-engine', client: '26.1.1' },
  ])('reports source $source and the version of its client', ({ name, source, client }) => {
    const docker = knownValue(factsOf(name).docker)

    expect(docker).toMatchObject({ source, client, trouble: 'no engine', containers: [] })
    expect(docker?.version).toBeUndefined()
  })

  it('reports that there is no Docker', () => {
    expect(knownValue(factsOf('app-1').docker)).toBeNull()
  })
})

describe('facts/docker.sh with socket activation', () => {
  it('does not start the engine', async () => {
    await inside('web-2', 'systemctl reset-failed docker.socket docker.service; systemctl start docker.socket')

    const looks = await gatherFacts(['web-2'])

    expect(await inside('web-2', 'systemctl is-active docker.service || :')).toMatch(/^inactive/)
    const { version, trouble: problem } = knownValue(looks.get('web-2')?.docker) ?? {}
    expect([version, problem]).toEqual([undefined, 'docker.service is inactive'])
  })
})

describe('facts/weave.sh', () => {
  it.each([
    { name: 'web-1', what: 'the router that runs, whatever the script', weave: { version: '2.8.3', isRunning: true } },
    { name: 'web-2', what: 'the script where the engine is stopped', weave: { version: '2.6.5', isRunning: false } },
    { name: 'app-1', what: 'the script where there is no engine', weave: { version: '2.8.1', isRunning: false } },
    { name: 'app-2', what: 'a script without a version', weave: { version: 'unreleased', isRunning: false } },
    { name: 'db-1', what: 'nothing where there is none', weave: null },
  ])('takes the version from $what', ({ name, weave }) => {
    expect(knownValue(factsOf(name).weave)).toEqual(weave)
  })
})

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1)
