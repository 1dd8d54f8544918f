import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Mesh } from '../../../src/remote/facts/mesh.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const socket = { 'var/run/docker.sock': '' }

const status = `
        Version: 2.8.1 (version check update disabled)

        Service: router
       Protocol: weave 1..2
           Name: 7a:5c:00:00:00:01(web-1)
     Encryption: enabled
  PeerDiscovery: enabled
        Targets: 2
    Connections: 3 (1 established, 1 failed)
          Peers: 2 (with 2 established connections)
 TrustedSubnets: none

        Service: ipam
         Status: ready
          Range: 10.32.0.0/12
  DefaultSubnet: 10.32.0.0/12

        Service: plugin (v2)
`
const connections = `<- 203.0.113.12:60773    established encrypted   fastdp 7a:5c:00:00:00:02(web-2) mtu=1376
-> 203.0.113.13:6783     retrying    dial tcp4 203.0.113.13:6783: no route to host
-> 203.0.113.11:6783     failed      cannot connect to ourself, retry: never`
const ranges = `7a:5c:00:00:00:01(web-1)                524288 IPs (50.0% of total) (2 active)
7a:5c:00:00:00:02(web 2)                262144 IPs (25.0% of total)
7a:5c:00:00:00:03(web-3)                262144 IPs (25.0% of total) - unreachable!`

const weave = (told = status) => `case "$*" in
  status) cat <<'EOF'
${told}
EOF
  ;;
  'status connections') cat <<'EOF'
${connections}
EOF
  ;;
  'status targets') printf '203.0.113.11\\n203.0.113.12\\n' ;;
  'status ipam') cat <<'EOF'
${ranges}
EOF
  ;;
  *) exit 9 ;;
esac`

// As `docker inspect` prints it by the format that it is given.
const container = (...lines: readonly string[]) => `case "$*" in
  'ps --filter name=^/weave$ '*) echo 5c1d ;;
  'inspect --type container --format '*' weave') cat <<'EOF'
${lines.join('\n')}
EOF
  ;;
  *) exit 9 ;;
esac`
const plain = container(
  'argument --port',
  'argument 6783',
  'variable PATH=/bin',
  'restarts always',
  'limits 0 0 0 0',
  '',
)

const tools = (docker = plain, script = weave()) => ({ id: 'echo 0', weave: script, docker })

describe.each(shells())('facts/mesh.sh under $name', (shell) => {
  const look = (given: Readonly<Record<string, string>>, files = {}) =>
    fakeServer({ files: { ...socket, ...files }, tools: given }).facts(['mesh'], shell).mesh
  const launchOf = (...lines: readonly string[]) => {
    const fact = look(tools(container(...lines)))
    return fact?.status === 'known' ? fact.value?.launch : fact
  }

  it('prints connections, peers and addresses', () => {
    const script = weave()

    expect(look(tools())).toEqual({
      status: 'known',
      value: {
        scriptSha256: createHash('sha256').update(`#!/bin/sh\n${script}\n`).digest('hex'),
        services: ['router', 'ipam', 'plugin (v2)'],
        encryption: 'enabled',
        discovery: 'enabled',
        connections: [
          {
            address: '203.0.113.12:60773',
            state: 'established',
            info: 'encrypted   fastdp 7a:5c:00:00:00:02(web-2) mtu=1376',
          },
          {
            address: '203.0.113.13:6783',
            state: 'retrying',
            info: 'dial tcp4 203.0.113.13:6783: no route to host',
          },
          { address: '203.0.113.11:6783', state: 'failed', info: 'cannot connect to ourself, retry: never' },
        ],
        targets: ['203.0.113.11', '203.0.113.12'],
        ranges: [
          { peer: '7a:5c:00:00:00:01(web-1)', addressCount: 524_288, isReachable: true },
          { peer: '7a:5c:00:00:00:02(web 2)', addressCount: 262_144, isReachable: true },
          { peer: '7a:5c:00:00:00:03(web-3)', addressCount: 262_144, isReachable: false },
        ],
        launch: {
          arguments: ['--port', '6783'],
          variables: [],
          hasPassword: false,
          restarts: true,
          hasLimits: false,
          hasUnit: false,
        },
      } satisfies Mesh,
    })
  })

  it.each([
    ['an argument', ['argument --password', 'argument s3cret', 'argument web-2']],
    ['an argument in one word', ['argument -password=s3cret', 'argument web-2']],
    ['a variable', ['argument web-2', 'variable WEAVE_PASSWORD=s3cret']],
  ])('never prints the password: %s', (_, lines) => {
    const docker = container(...lines, 'variable WEAVE_MTU=1376', 'restarts no', 'limits 0 0 0 0')
    const server = fakeServer({ files: socket, tools: tools(docker) })

    const facts = server.fields(['mesh'], shell)

    expect(JSON.stringify([...facts])).not.toContain('s3cret')
    expect(server.facts(['mesh'], shell).mesh).toMatchObject({
      value: { launch: { arguments: ['web-2'], variables: ['WEAVE_MTU=1376'], hasPassword: true, restarts: false } },
    })
  })

  it('prints only variables that a launch reads and that have a value', () => {
    const variables = ['WEAVE_NO_FASTDP=1', 'DOCKER_API_VERSION=1.44', 'WEAVE_VERSION=1.0', 'WEAVE_MTU=', 'HOME=/']

    expect(launchOf(...variables.map((one) => `variable ${one}`), 'restarts always', 'limits 0 0 0 0')).toMatchObject({
      variables: ['WEAVE_NO_FASTDP=1', 'DOCKER_API_VERSION=1.44'],
    })
  })

  it.each([
    ['0 0 0 0', false],
    ['268435456 0 0 0', true],
    ['0 0 512 0', true],
  ])('reads the limits %s of the container as hasLimits %s', (limits, hasLimits) => {
    expect(launchOf('restarts always', `limits ${limits}`)).toMatchObject({ hasLimits })
  })

  it.each([
    ['exit 0', true],
    ['exit 3', false],
  ])('detects that weave.service runs the router when systemctl does %s: %s', (systemctl, hasUnit) => {
    const fact = look(
      { ...tools(), systemctl: `case "$*" in *weave.service) ${systemctl} ;; *) echo active; echo active ;; esac` },
      {
        'run/systemd/system': null,
      },
    )

    expect(fact).toMatchObject({ value: { launch: { hasUnit } } })
  })

  it('does not ask for ranges when the router allocates no addresses', () => {
    const withoutIpam = `case "$*" in 'status ipam') exit 1 ;; esac; ${weave(status.replace(/ +Service: ipam[\s\S]*?12\n\n/, ''))}`

    expect(look(tools(plain, withoutIpam))).toMatchObject({
      status: 'known',
      value: { services: ['router', 'plugin (v2)'], ranges: [] },
    })
  })

  it.each([
    ['no router runs', tools('case "$*" in \'ps \'*) ;; *) exit 9 ;; esac')],
    ['there is no script', { id: 'echo 0', docker: plain }],
    ['there is no Docker', { id: 'echo 0', weave: weave() }],
  ])('prints nothing when %s', (_, given) => {
    expect(look(given)).toEqual({ status: 'known', value: null })
  })

  it.each([
    [
      'the router does not answer',
      tools(plain, 'echo "connect: connection refused" >&2; exit 1'),
      'connect: connection refused',
    ],
    [
      'its container has gone',
      tools("case \"$*\" in 'ps '*) echo 1 ;; *) echo 'No such container: weave' >&2; exit 1 ;; esac"),
      'No such container: weave',
    ],
  ])('is unknown when %s', (_, given, why) => {
    expect(look(given)).toEqual({ status: 'unknown', why })
  })
})
