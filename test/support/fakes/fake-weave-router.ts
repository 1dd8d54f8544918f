import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { jobFiles } from '../../../src/remote/job/status.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer, type Shell } from './fake-server.ts'

const run = '20261123-091500-test'
const folder = `var/lib/maestro/${run}`

type Behaviour = {
  /** Shell in place of what a subcommand does. */
  readonly setup?: string
  readonly stop?: string
  readonly launch?: string
  readonly connections?: string
}

/** A weave script with the documented words, whose router is a file; it notes each call, and the password of a launch. */
export const weaveScript = (version: string, behaviour: Behaviour = {}): string => `#!/bin/sh
SCRIPT_VERSION="${version}"
root=$MAESTRO_ROOT
echo "$SCRIPT_VERSION $*" >>"$root/calls"
case "$*" in
  setup) ${behaviour.setup ?? ':'} ;;
  stop) ${behaviour.stop ?? 'rm -f "$root/router"'} ;;
  launch*)
    printf '%s\\n' "\${WEAVE_PASSWORD-none} \${WEAVE_MTU-none}" >>"$root/launched"
    ${behaviour.launch ?? `echo weaveworks/weave:${version} >"$root/router"`}
    ;;
  'status connections')
    [ -e "$root/router" ] || exit 1
    ${behaviour.connections ?? "printf '%s\\n' '<- 203.0.113.12:60773    established fastdp' '-> 203.0.113.11:6783     failed      cannot connect to ourself, retry: never'"}
    ;;
  *) exit 9 ;;
esac
`

const docker = `echo "docker $*" >>"$MAESTRO_ROOT/calls"
case "$*" in
  'ps --filter name=^/weave$ --format {{.ID}}') [ ! -e "$MAESTRO_ROOT/router" ] || echo 5c1d ;;
  'ps --filter name=^/weave$ --format {{.Image}}') [ ! -e "$MAESTRO_ROOT/router" ] || cat "$MAESTRO_ROOT/router" ;;
  'inspect --type container'*) cat "$MAESTRO_ROOT/container" ;;
  'image inspect --format {{.Id}} {{.RepoDigests}} '*) grep -m 1 "^$5 " "$MAESTRO_ROOT/images" ;;
  'rm -f weave') rm -f "$MAESTRO_ROOT/router" ;;
  'rm '*) ;;
  *) exit 9 ;;
esac`

const images = `weaveworks/weave:2.8.1 sha256:${'a'.repeat(64)} [weaveworks/weave@sha256:${'b'.repeat(64)}]
weaveworks/weavedb:latest sha256:${'c'.repeat(64)} []
`

type FakeRouterOptions = {
  readonly old?: string
  readonly files?: Readonly<Record<string, string | null>>
  readonly tools?: Readonly<Record<string, string>>
}

/** A server whose router runs by the script of 2.6.5, launched with a password. */
export function fakeRouter({ old = weaveScript('2.6.5'), files = {}, tools = {} }: FakeRouterOptions = {}): FakeServer {
  const server = fakeServer({
    files: {
      'var/run/docker.sock': '',
      [folder]: null,
      router: 'weaveworks/weave:2.6.5\n',
      container: 'argument --password\nargument s3cret\nrestarts always\nlimits 0 0 0 0\n',
      images,
      calls: '',
      ...files,
    },
    tools: { id: 'echo 0', sh: 'exec /bin/sh "$@"', docker, weave: '', ...tools },
  })
  writeFileSync(pathOfWeave(server), old)
  return server
}

const pathOfWeave = ({ root }: FakeServer) => `${root.replace(/root$/, 'bin')}/weave`

/** The text of the weave script that is in place. */
export const scriptOf = (server: FakeServer) => readFileSync(pathOfWeave(server), 'utf8')

type Inputs = Readonly<Record<string, string>>

/** Does the work of the job, not detached; how it ended and all that it said. */
export function runUpgrade(server: FakeServer, shell: Shell, given: Inputs = {}, phase: 'work' | 'ended' = 'work') {
  const script = given.script ?? weaveScript('2.8.1')
  const text = makeScript({
    files: ['lib/docker-cli.sh', 'facts/mesh.sh', 'weave/upgrade.sh', ...jobFiles.job],
    inputs: {
      job_run: run,
      job_step: 'weave',
      sum: createHash('sha256').update(script).digest('hex'),
      version: '2.8.1',
      images: '',
      arguments: '--no-dns\n203.0.113.11\n203.0.113.12',
      variables: 'WEAVE_MTU=1376',
      has_password: 'yes',
      has_unit: 'no',
      connections: '1',
      limit_seconds: '0',
      may_go_back: 'yes',
      ...given,
      script,
    },
    nonce: 'none',
  })
  const { status, stdout, stderr } = server.run(`MAESTRO_PHASE=${phase} INVOCATION_ID=unit\n${text}`, shell)
  return { status, said: `${stdout}${stderr}`.trim().split('\n') }
}

/** What is in a file of the job's folder; undefined where there is none. */
export function jobFile(server: FakeServer, name: string): string | undefined {
  const path = `${server.root}/${folder}/weave.${name}`
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

const linesOf = (server: FakeServer, name: string) =>
  (existsSync(`${server.root}/${name}`) ? readFileSync(`${server.root}/${name}`, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')

/** What the scripts of Weave were asked for, in order. */
export const callsOf = (server: FakeServer) => linesOf(server, 'calls').filter((line) => !line.startsWith('docker '))

export const dockerCallsOf = (server: FakeServer) =>
  linesOf(server, 'calls').filter((line) => line.startsWith('docker '))

/** The password and the MTU that each launch had in its environment. */
export const launchesOf = (server: FakeServer) => linesOf(server, 'launched')

/** The image of the router that runs; undefined: none does. */
export const routerOf = (server: FakeServer) => linesOf(server, 'router')[0]
