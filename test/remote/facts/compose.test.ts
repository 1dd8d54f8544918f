import { describe, expect, it } from 'vitest'
import { factsScript, parseResponse, readFacts } from '../../../src/remote/facts/read-facts.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer, type Shell } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const revision = 'b'.repeat(64)
const home = 'var/lib/maestro/services/shop'
const root = { id: 'echo 0' }
const socket = { 'var/run/docker.sock': '' }
const web = 'web|/shop-web-1|sha256:aa|shop:1|c0ffee|running|0|healthy|always|2026-11-20T09:12:44Z'

const composeFacts = (server: FakeServer, shell: Shell) => {
  const { stdout, stderr, status } = server.run(
    factsScript(['compose'], 'c0ffee', { project: 'shop', revision }),
    shell,
  )
  if (status !== 0) throw new Error(stderr)
  return readFacts(parseResponse(stdout, 'c0ffee'), ['compose']).compose
}

const docker = (containers: string, compose = 'exit 1') => `case "$*" in
  compose*) ${compose} ;;
  'ps -a -q --no-trunc --filter label=com.docker.compose.project=shop --filter label=com.docker.compose.oneoff=False') echo a1 ;;
  inspect*a1) echo '${containers}' ;;
  *) exit 1 ;;
  esac`

describe.each(shells())('facts/compose.sh under $name', (shell) => {
  it('prints the deployed services, the previous ones, and the containers', () => {
    const server = fakeServer({
      files: {
        ...socket,
        [`${home}/deployed`]: `web|${revision}|shop:1|sha256:aa|c0ffee\n`,
        [`${home}/deployed.1`]: 'web|cc|shop:0|sha256:bb|c0ffee\n',
        [`${home}/${revision}/compose.yml`]: '',
        [`${home}/${revision}/images`]: 'web|shop:1|sha256:aa|no\n',
      },
      tools: { ...root, docker: docker(web, "echo 'v2.26.1-4'") },
    })

    expect(composeFacts(server, shell)).toEqual({
      status: 'known',
      value: {
        compose: { version: '2.26.1', isPlugin: true },
        deployed: [{ service: 'web', revision, image: 'shop:1', id: 'sha256:aa', configuration: 'c0ffee' }],
        before: [{ service: 'web', revision: 'cc', image: 'shop:0', id: 'sha256:bb', configuration: 'c0ffee' }],
        isStaged: true,
        asked: [{ service: 'web', image: 'shop:1', id: 'sha256:aa', isPulled: false }],
        containers: [
          {
            service: 'web',
            name: 'shop-web-1',
            id: 'sha256:aa',
            image: 'shop:1',
            configuration: 'c0ffee',
            state: 'running',
            exitCode: 0,
            health: 'healthy',
            restartPolicy: 'always',
          },
        ],
      },
    })
  })

  it('finds the standalone docker-compose, and services that were never deployed', () => {
    const tools = { ...root, docker: docker(web), 'docker-compose': 'echo 1.29.2' }

    expect(composeFacts(fakeServer({ files: socket, tools }), shell)).toMatchObject({
      status: 'known',
      value: { compose: { version: '1.29.2', isPlugin: false }, deployed: [], before: [], isStaged: false, asked: [] },
    })
  })

  it('prints that Compose is missing', () => {
    const server = fakeServer({ files: socket, tools: { ...root, docker: docker(web) } })

    expect(composeFacts(server, shell)).toMatchObject({ status: 'known', value: { compose: undefined } })
  })

  it('is unknown when Docker cannot list containers', () => {
    const tools = { ...root, docker: 'echo "permission denied" >&2; exit 1' }

    expect(composeFacts(fakeServer({ files: socket, tools }), shell)).toEqual({
      status: 'unknown',
      why: expect.anything(),
    })
  })
})

describe.each(shells())('compose/stage.sh under $name', (shell) => {
  const stage = (server: FakeServer, inputs: Readonly<Record<string, string>>) => {
    const files = ['compose/project.sh', 'compose/stage.sh']
    const all = { project: 'shop', compose: 'services: {}\n', env: '', has_env: 'no', ...inputs }
    return server.run(makeScript({ files, inputs: all, nonce: 'c0ffee' }), shell)
  }
  const sums = 'printf "services: {}\\n" | sha256sum'
  const checksum = (server: FakeServer, env: string) =>
    server.run(`a=$(${sums}); printf '%s\\n' "\${a%% *}" '${env}' | sha256sum | cut -d ' ' -f 1`).stdout.trim()

  it('writes the files with mode 600 when they have the planned checksum', () => {
    const server = fakeServer()
    const wanted = checksum(server, 'none')

    expect(stage(server, { revision: wanted }).status).toBe(0)
    expect(stage(server, { revision: wanted }).status).toBe(0)
    const said = server.run(`cd "$MAESTRO_ROOT/${home}/${wanted}"; cat compose.yml; find . -type f -printf '%f %m\\n'`)
    expect(said.stdout).toBe('services: {}\ncompose.yml 600\n')
  })

  it('writes no files when the checksum differs', () => {
    const server = fakeServer()

    const { status, stderr } = stage(server, { revision, has_env: 'yes', env: 'SECRET=not-a-real-one' })

    expect(status).not.toBe(0)
    expect(stderr).not.toContain('not-a-real-one')
    expect(server.run(`ls "$MAESTRO_ROOT/${home}"`).stdout).not.toMatch(/b{64}$/m)
  })
})
