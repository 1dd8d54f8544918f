import { jobFiles } from '../../../src/remote/job/status.ts'
import type { Fields } from '../../../src/remote/response.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer, type Shell } from './fake-server.ts'

type Inputs = Readonly<Record<string, string>>
type FakeEngineOptions = { readonly tools?: Inputs; readonly files?: Readonly<Record<string, string | null>> }

const run = '20261123-091500-test'
const nonce = 'c0ffee'
const names = { job_run: run, job_step: 'docker' }

/** Where the job keeps its status, below the root. */
export const jobPath = `var/lib/maestro/${run}/docker`
export const dockerFolder = 'var/lib/maestro/docker'

const noted = (name: string, then = '') => `echo "${name} $*" >>"$MAESTRO_ROOT/calls"; cd "$MAESTRO_ROOT"; ${then}`

// The engine runs while there is a file `up`, and is of the version in `installed`; it does not start while its version is
// in `broken`, and is asked `slow` times before it answers. A container runs where its file says so, and is healthy unless
// `sick` names the version of the engine.
const docker = noted(
  'docker',
  `[ -e up ] || exit 1
  state() { cat "containers/$1" 2>/dev/null; }
  for id; do :; done
  case $* in
    version*) left=$(cat slow 2>/dev/null || echo 0); [ "$left" = 0 ] || { echo $((left - 1)) >slow; exit 1; } ;;
    stop*) shift; for id; do echo false >"containers/$id"; done ;;
    start*) echo true >"containers/$id" ;;
    logs*) echo 'no such table' ;;
    *Name*) echo "/$id" ;;
    *State.Status*) echo running, unhealthy ;;
    *Health*) health=healthy; ! grep -qx -e "$(cat installed)" sick 2>/dev/null || health=unhealthy; echo "$(state "$id") $health" ;;
    *StartedAt*) echo "then $(state "$id")" ;;
    *) state "$id" ;;
  esac`,
)
const systemctl = noted(
  'systemctl',
  `case $* in
    *is-active*docker*) [ -e up ] ;;
    *is-active*) [ -e "$3.runs" ] ;;
    *is-failed*) [ -e failed ] ;;
    *stop*docker*) rm -f up; for one in containers/*; do echo false >"$one"; done ;;
    *start*docker*) if grep -qx -e "$(cat installed)" broken 2>/dev/null; then touch failed; exit 1; fi; rm -f failed; touch up ;;
  esac`,
)

/** A server with an engine of files, which runs web and db and not idle; what is asked of its tools is in `calls`. */
export function fakeEngine({ tools = {}, files = {} }: FakeEngineOptions = {}): FakeServer {
  return fakeServer({
    files: {
      up: '',
      installed: 'old\n',
      'containers/web': 'true\n',
      'containers/db': 'true\n',
      'containers/idle': 'false\n',
      'proc/locks': '',
      'proc/uptime': '1000.5 1\n',
      'run/systemd/system': null,
      [`${dockerFolder}/new/docker-ce_2_amd64.deb`]: '',
      [`${dockerFolder}/back/docker-ce_1_amd64.deb`]: '',
      [`var/lib/maestro/${run}`]: null,
      [`var/log/maestro/${run}/docker.log`]: '',
      ...files,
    },
    tools: {
      id: 'echo 0',
      sleep: ':',
      docker,
      systemctl,
      journalctl: 'echo "failed to start daemon: bad driver"',
      'apt-get': noted('apt-get', 'case $* in *" install "*) echo new >installed ;; esac'),
      'apt-mark': noted('apt-mark'),
      dpkg: noted('dpkg', 'case $* in *" -i "*) echo old >installed ;; esac'),
      'dpkg-query': 'echo "docker-ce|1|ii "',
      ...tools,
    },
  })
}

const apt = ['lib/apt.sh', 'facts/dpkg.sh', 'lib/apt-lock.sh']
const jobOf = {
  packages: [...apt, 'docker-upgrade/packages.sh', ...jobFiles.job],
  upgrade: [...apt, 'docker-upgrade/engine.sh', 'docker-upgrade/upgrade.sh', ...jobFiles.job],
}

/** Does the work of one of the jobs, not detached; how it ended, and all that it said. */
export function runJob(server: FakeServer, shell: Shell, name: keyof typeof jobOf, inputs: Inputs, phase = 'work') {
  const text = makeScript({ files: jobOf[name], inputs: { ...names, lock_seconds: '0', ...inputs }, nonce })
  const { status, stdout, stderr } = server.run(`MAESTRO_PHASE=${phase} INVOCATION_ID=unit\n${text}`, shell)
  return { status, said: `${stdout}${stderr}` }
}

/** The fields that a script prints; throws its stderr when it failed. */
export function runScript(server: FakeServer, shell: Shell, files: readonly string[], inputs: Inputs = names): Fields {
  const { status, stdout, stderr } = server.run(makeScript({ files, inputs, nonce }), shell)
  if (status !== 0) throw new Error(stderr.trim())
  return parseResponse(stdout, nonce)
}
