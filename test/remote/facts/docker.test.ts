import { describe, expect, it } from 'vitest'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { printRecorded } from '../../support/fixtures/recorded-output.ts'
import { shells } from '../../support/tools.ts'

const docker = (answers: string) => `case "$*" in
  *MinAPIVersion*) exit 1 ;;
  *Client.Version*Server.Version*) printf 'client 27.5.1\\nserver 27.5.0\\n' ;;
  *Client.Version*) echo 27.5.1 ;;
  *Server.Version*) echo 27.5.0 ;;
  ${answers}
  esac`
const socket = { 'var/run/docker.sock': '' }
const root = { id: 'echo 0' }

describe.each(shells())('facts/docker.sh under $name', (shell) => {
  it('prints the versions and every container', () => {
    const tools = {
      ...root,
      docker: docker(`'ps '*) printf 'a1\\nb2\\n' ;; *' a1 b2') ${printRecorded('docker-inspect-debian-12')} ;;`),
    }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toEqual({
      status: 'known',
      value: {
        version: '27.5.0',
        client: '27.5.1',
        trouble: undefined,
        source: 'static',
        components: {},
        containers: [
          {
            name: 'web',
            image: 'bb',
            state: 'running',
            health: 'healthy',
            restartPolicy: 'always',
            startedAt: '2026-11-20T09:12:44.105342718Z',
          },
          {
            name: 'weave',
            image: 'bb',
            state: 'running',
            health: undefined,
            restartPolicy: 'no',
            startedAt: '2026-11-20T09:12:45.99120331Z',
          },
          {
            name: 'job',
            image: 'bb',
            state: 'created',
            health: undefined,
            restartPolicy: 'no',
            startedAt: '0001-01-01T00:00:00Z',
          },
        ],
      },
    })
  })

  it('prints the storage driver and the version of Compose', () => {
    const tools = {
      ...root,
      docker: docker("'ps '*) ;;").replace(
        'case "$*" in',
        `case "$*" in
        *MinAPIVersion*) printf 'client 27.5.1\\nserver 27.5.0\\napi 1.24\\nEngine 27.5.0\\ncontainerd 1.7.24\\nrunc 1.1.12\\n' ;;`,
      ),
      'dpkg-query':
        'case "$*" in *docker-compose-plugin*) echo 2.27.0-1~ubuntu.24.04~noble; exit 1 ;; *) exit 1 ;; esac',
    }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({
      value: {
        version: '27.5.0',
        client: '27.5.1',
        components: { apiMinimum: '1.24', containerd: '1.7.24', runc: '1.1.12', compose: '2.27.0' },
      },
    })
  })

  it('uses sudo when the socket is not readable', () => {
    const tools = { ...root, docker: 'echo "sudo: a password is required" >&2; exit 1' }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({
      value: { trouble: 'needs root, which sudo refuses (sudo: a password is required)' },
    })
  })

  it('prints no containers when there are none', () => {
    const tools = { ...root, docker: docker("'ps '*) ;; *) exit 1 ;;") }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({
      value: { containers: [] },
    })
  })

  it('asks again when a container vanishes between two commands', () => {
    const flaky = `'ps '*) if [ -e "$MAESTRO_ROOT/asked" ]; then echo b2; else touch "$MAESTRO_ROOT/asked"; echo a1; fi ;;
      *' b2') echo '["/job","alpine","exited",null,"no","2026-11-20T09:12:44Z"]' ;;
      *) echo 'Error: No such container: a1' >&2; exit 1 ;;`

    expect(
      fakeServer({ files: socket, tools: { ...root, docker: docker(flaky) } }).facts(['docker'], shell).docker,
    ).toMatchObject({
      status: 'known',
      value: { containers: [{ name: 'job' }] },
    })
  })

  it('is unknown, and not empty, when containers cannot be listed', () => {
    const tools = { ...root, docker: docker("'ps '*) echo 'Error response from daemon: dial' >&2; exit 1 ;;") }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toEqual({
      status: 'unknown',
      why: 'Error response from daemon: dial',
    })
  })

  it.each([
    ['docker-ce', 'docker-ce) echo "ii " ;; *) exit 1 ;;', 'docker-ce'],
    ['docker.io on hold', 'docker.io) echo "hi " ;; *) exit 1 ;;', 'docker.io'],
    ['a package that was removed', 'docker-ce) echo "rc " ;; *) exit 1 ;;', 'static'],
  ])('prints the source %s', (_, cases, source) => {
    const tools = {
      ...root,
      docker: docker("'ps '*) ;;"),
      'dpkg-query': `for last; do :; done; case $last in ${cases} esac`,
    }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({ value: { source } })
  })

  it('prints the source snap for a program below /snap', () => {
    const tools = { ...root, docker: docker("'ps '*) ;;"), readlink: 'echo /snap/docker/2893/bin/docker' }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({
      value: { source: 'snap' },
    })
  })

  it('prints why the engine does not answer', () => {
    const words = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
    const down = `case "$*" in *Client.Version*) echo 28.2.2 ;; esac; echo "${words}" >&2; exit 1`

    expect(fakeServer({ tools: { ...root, docker: down } }).facts(['docker'], shell).docker).toMatchObject({
      status: 'known',
      value: { version: undefined, client: '28.2.2', trouble: words, containers: [] },
    })
  })

  it('does not start an engine with socket activation', () => {
    const tools = {
      ...root,
      docker: `[ "\${DOCKER_HOST-}" = unix:///nowhere ] || touch "$MAESTRO_ROOT/asked"; ${docker('*) ;;')}`,
      systemctl: "printf 'active\\ninactive\\n'; exit 3",
    }
    const server = fakeServer({ files: { ...socket, 'run/systemd/system': null }, tools })

    expect(server.facts(['docker', 'weave'], shell)).toMatchObject({
      docker: { value: { version: undefined, trouble: 'docker.service is inactive' } },
      weave: { value: null },
    })
    expect(server.run('ls "$MAESTRO_ROOT"').stdout).not.toContain('asked')
  })

  it('asks the engine where systemd does not run', () => {
    const tools = { ...root, docker: docker("'ps '*) ;;"), systemctl: "printf 'active\\ninactive\\n'; exit 3" }

    expect(fakeServer({ files: socket, tools }).facts(['docker'], shell).docker).toMatchObject({
      value: { version: '27.5.0' },
    })
  })

  it('prints that Docker is missing', () => {
    expect(fakeServer({ files: socket }).facts(['docker'], shell).docker).toEqual({ status: 'known', value: null })
  })
})

describe.each(shells())('facts/weave.sh under $name', (shell) => {
  const script = '#!/bin/sh\nset -e\nSCRIPT_VERSION="2.8.1"\necho "never run" >&2; exit 1'
  const running = (image: string) => ({ ...root, docker: `case "$*" in *'name=^/weave$'*) echo '${image}' ;; esac` })

  it.each([
    [
      'the tag of what runs, before that of the script',
      { ...running('weaveworks/weave:2.7.0'), weave: script },
      { version: '2.7.0', isRunning: true },
    ],
    [
      'the script where the image has no tag',
      { ...running('localhost:5000/weave'), weave: script },
      { version: '2.8.1', isRunning: true },
    ],
    ['the image alone', running('rajchaudhuri/weave:2.9.0'), { version: '2.9.0', isRunning: true }],
    ['the script alone', { ...running(''), weave: script }, { version: '2.8.1', isRunning: false }],
    ['a script without Docker', { weave: script }, { version: '2.8.1', isRunning: false }],
    ['neither', running(''), null],
    ['no Docker', {}, null],
  ])('takes the version from %s', (_, tools, value) => {
    expect(fakeServer({ files: socket, tools }).facts(['weave'], shell).weave).toEqual({ status: 'known', value })
  })

  it('prints that Weave does not run when the engine has left a dead socket', () => {
    const words = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
    const tools = { ...root, weave: script, docker: `echo "${words}" >&2; exit 1` }

    expect(fakeServer({ files: socket, tools }).facts(['weave'], shell).weave).toEqual({
      status: 'known',
      value: { version: '2.8.1', isRunning: false },
    })
  })

  it('is unknown when Docker denies access', () => {
    const tools = { ...root, weave: script, docker: 'echo "permission denied" >&2; exit 1' }

    expect(fakeServer({ files: socket, tools }).facts(['weave'], shell).weave).toEqual({
      status: 'unknown',
      why: 'permission denied',
    })
  })
})
