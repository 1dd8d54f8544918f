import { describe, expect, it } from 'vitest'
import { factsScript, readFacts } from '../../../src/remote/facts/read-facts.ts'
import { allOf } from '../../../src/remote/fields.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { type FakeServer, fakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const nonce = 'd0c4'
const installed = `cat <<'END'
docker-ce|5:20.10.24~3-0~ubuntu-noble|hi 
docker-ce-cli|5:20.10.24~3-0~ubuntu-noble|hi 
containerd.io|1.6.20-1|ii 
docker.io||un 
docker-buildx-plugin|0.11.2-1|rc 
END
exit 1`
const line = (name: string, version: string, kind = 'Packages') =>
  ` ${name} | ${version} | http://download.docker.com/linux/ubuntu noble/stable amd64 ${kind}`
const madison = [
  line('docker-ce', '5:26.1.5-1~ubuntu.24.04~noble'),
  line('docker-ce', '5:26.1.5-1~ubuntu.24.04~noble'),
  line('docker-ce', '5:20.10.24~3-0~ubuntu-noble'),
  line('containerd', '1.7.12', 'Sources'),
  line('containerd.io', '1.7.24-1'),
].join('\n')
const aptCache = (known: string) => `case "$*" in
  *madison*) case "$*" in *SourceParts=/dev/null*) cat <<'END' ;; *) cat <<'OWN' ;; esac ;;
${madison}
END
${known}
OWN
  *) printf 'docker-ce:\\n  Installed: 5:20\\n  Candidate: 5:26.1.5-1\\ndocker.io:\\n  Candidate: (none)\\n' ;;
esac`
const outer = ['mktemp', 'sort', 'tr'].map((name) => [name, `exec /usr/bin/${name} "$@"`])
const tools = {
  'dpkg-query': installed,
  dpkg: 'echo amd64',
  id: 'echo 0',
  'apt-cache': aptCache(madison),
  ...Object.fromEntries(outer),
}

describe.each(shells())('facts/candidates.sh under $name', (shell) => {
  const factsOf = (server: FakeServer, inputs: Readonly<Record<string, string>> = {}) => {
    const { stdout, status, stderr } = server.run(factsScript(['candidates'], nonce, inputs), shell)
    if (status !== 0) throw new Error(stderr)
    return parseResponse(stdout, nonce)
  }
  const look = (...given: Parameters<typeof factsOf>) => readFacts(factsOf(...given), ['candidates']).candidates

  it('prints the installed packages, their holds, and each version of apt once', () => {
    const files = {
      'var/lib/maestro/docker/held': 'docker-ce\n',
      'var/lib/maestro/docker/back/versions': 'docker-ce|5:19-1\n',
    }

    expect(look(fakeServer({ files, tools }))).toEqual({
      status: 'known',
      value: {
        packages: [
          { name: 'docker-ce', version: '5:20.10.24~3-0~ubuntu-noble', hold: 'ours' },
          { name: 'docker-ce-cli', version: '5:20.10.24~3-0~ubuntu-noble', hold: 'theirs' },
          { name: 'containerd.io', version: '1.6.20-1', hold: 'none' },
        ],
        versions: new Map([
          ['docker-ce', ['5:26.1.5-1~ubuntu.24.04~noble', '5:20.10.24~3-0~ubuntu-noble']],
          ['containerd.io', ['1.7.24-1']],
        ]),
        candidates: new Map([['docker-ce', '5:26.1.5-1']]),
        isStaged: false,
        kept: [{ name: 'docker-ce', version: '5:19-1' }],
      },
    })
  })

  const wanted = {
    docker_repository: 'http://mirror.example/linux/{id}',
    docker_key: '-----BEGIN PGP PUBLIC KEY BLOCK-----\nx',
  }
  const bare = { ...tools, 'apt-cache': aptCache('') }
  const files = { 'etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n' }
  const keep = `for word; do case $word in Dir::Etc::SourceList=*) cat "\${word#*=}" "\${word%/*}/../\${word##*/}" 2>/dev/null; cp "\${word#*=}" "$MAESTRO_ROOT/source" ;; esac; done`

  it('prints the packages of docker.repository when apt has none, and leaves no file behind', () => {
    const server = fakeServer({ files, tools: { ...bare, 'apt-get': keep } })

    expect(look(server, wanted)).toMatchObject({
      value: {
        isStaged: true,
        versions: new Map([
          ['docker-ce', expect.anything()],
          ['containerd.io', ['1.7.24-1']],
        ]),
      },
    })
    expect(server.run('cat "$MAESTRO_ROOT/source"; ls /dev/shm /tmp | grep -c "^maestro[.]"', shell).stdout).toMatch(
      /^Types: deb\nURIs: http:\/\/mirror.example\/linux\/debian\nSuites: trixie\nComponents: stable\nArchitectures: amd64\nSigned-By: .*docker.asc\n/,
    )
  })

  it('prints the source of the packages in one word', () => {
    const server = fakeServer({ files, tools: { ...bare, 'apt-get': keep } })

    expect(allOf(factsOf(server, wanted), 'candidates_staged')).toEqual(['yes'])
  })

  it('uses the Ubuntu codename on a derivative of Ubuntu', () => {
    const mint = { 'etc/os-release': 'ID=linuxmint\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n' }
    const server = fakeServer({ files: mint, tools: { ...bare, 'apt-get': keep } })

    look(server, wanted)

    expect(server.run('cat "$MAESTRO_ROOT/source"').stdout).toContain('/linux/ubuntu\nSuites: noble\n')
  })

  it('prefers the versions of apt over docker.repository', () => {
    expect(look(fakeServer({ files, tools }), wanted)).toMatchObject({ value: { isStaged: false } })
  })

  it.each([
    [
      'the archive cannot be had',
      { 'apt-get': "echo 'E: Failed to fetch http://mirror.example 404'; exit 100" },
      {},
      '404',
    ],
    ['apt only warns of it', { 'apt-get': "echo 'W: Failed to fetch http://mirror.example'" }, {}, 'Failed to fetch'],
    ['the key is no key', { 'apt-get': ':' }, { docker_key: '-----BEGIN CERTIFICATE-----' }, 'no key in letters'],
  ])('is unknown when %s', (_, more, inputs, words) => {
    expect(look(fakeServer({ files, tools: { ...bare, ...more } }), { ...wanted, ...inputs })).toMatchObject({
      status: 'unknown',
      why: expect.stringContaining(words),
    })
  })
})

const info = JSON.stringify([
  'overlayfs',
  [['driver-type', 'io.containerd.snapshotter.v1']],
  true,
  'active',
  true,
  'systemd',
  '/data',
])
const docker = (answers: string) => `case "$*" in ${answers}
  *MinAPIVersion*) echo 1.24 ;;
  *DockerRootDir}}) echo /data ;;
  info*) cat <<'END' ;;
${info}
END
  'ps '*) echo a1 ;;
  *inspect*) printf 'socket|/watch (watchtower:1)\\nsocketfleeting|/both (bb)\\n|/web (bb)\\nfleeting|/job (bb)\\n' ;;
esac`

describe.each(shells())('facts/engine.sh under $name', (shell) => {
  const files = {
    'var/run/docker.sock': '',
    'etc/docker/daemon.json': '{\n  "debug": true\n}\n',
    'etc/apt/sources.list.d/docker.list': 'deb',
    'etc/apt/sources.list.d/other.list': 'deb',
  }
  const tools = { id: 'echo 0', docker: docker(''), df: "printf 'F\\n/dev/vda 2000 500 1500 25%% /data\\n'" }

  it('prints what an upgrade must know, and manually installed binaries', () => {
    const server = fakeServer({ files, tools })

    const { engine } = server.facts(['engine'], shell)

    expect(engine).toEqual({
      status: 'known',
      value: {
        info: {
          apiMinimum: '1.24',
          storageDriver: 'overlayfs',
          hasContainerdStore: true,
          cgroupDriver: 'systemd',
          isLiveRestore: true,
          swarm: 'manager',
          disk: { path: '/data', totalBytes: 2_048_000, freeBytes: 1_536_000, isReadOnly: false },
        },
        socketUsers: ['watch (watchtower:1)', 'both (bb)'],
        fleeting: ['both (bb)', 'job (bb)'],
        config: '{\n  "debug": true\n}',
        files: [`${server.root}/etc/docker/daemon.json`, `${server.root}/etc/apt/sources.list.d/docker.list`],
        isInLxc: false,
      },
    })
  })

  it('is unknown when the engine does not answer, whatever its client prints', () => {
    const silent = {
      ...tools,
      docker: docker(`version*) exit 1 ;;
  info*) echo '["",null,false,"",false,"",""]' ;;`),
    }

    expect(fakeServer({ files, tools: silent }).facts(['engine'], shell).engine).toMatchObject({
      value: { info: undefined, socketUsers: [] },
    })
  })

  it('prints that there is no Docker', () => {
    expect(fakeServer().facts(['engine'], shell).engine).toMatchObject({
      value: { info: undefined, config: undefined },
    })
  })
})
