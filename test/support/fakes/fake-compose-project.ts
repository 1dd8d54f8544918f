import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { makeScript } from '../../../src/remote/script.ts'
import { type FakeServer, fakeServer, type Shell } from './fake-server.ts'

/** Below the server's root. */
export const projectFolder = 'var/lib/maestro/services/shop'

// Docker and Compose in files: an image is what images/NAME says, a container what containers/SERVICE says. A service is
// up once its image is; it is healthy unless `sick` names the image, and only at the first check where `falls` names it. Whatever is asked is in `asked`.
const docker = `
  cd "$MAESTRO_ROOT/engine"
  echo "$*" >>asked
  running() { for one in containers/*; do [ ! -e "$one" ] || cat "$one"; done; }
  fall() { for id in $(cat falls); do sed -i "s/|$id|\\(.*\\)|running|0|healthy|/|$id|\\1|exited|1||/" containers/*; done; }
  image() { for one in images/*; do if [ "$one" = "images/$1" ] || [ "$(cat "$one")" = "$1" ]; then cat "$one"; return; fi; done; return 1; }
  up() {
    [ ! -e refuses ] || { echo 'port is already allocated'; return 1; }
    . "$file/.env"
    while IFS=: read -r service image; do
      [ -z "$wanted" ] || case " $wanted " in *" $service "*) ;; *) continue ;; esac
      image=$image:$TAG
      id=$(cat "images/$image") || return 1
      health=healthy; ! grep -qx "$id" sick || health=unhealthy
      echo "$service|/shop-$service-1|$id|$image|conf-$TAG|running|0|$health|always|then" >"containers/$service"
    done <"$file/compose.yml"
    [ -z "$orphans" ] || for one in containers/*; do grep -q "^$(basename "$one"):" "$file/compose.yml" || rm "$one"; done
  }
  compose() {
    file='' wanted='' orphans=''
    while [ $# -gt 0 ]; do case $1 in
      version) echo 2.26.1; return ;;
      --project-directory) file=$2; shift 2 ;;
      --project-name | --file | --env-file) shift 2 ;;
      *) break ;;
    esac; done
    verb=$1; shift
    case $verb in
      config)
        . "$file/.env"
        if [ "$1" = -q ]; then [ ! -e refuses ] || { echo "bad value $SECRET"; return 1; }; return; fi
        echo 'services:'
        while IFS=: read -r service image; do
          printf '  %s:\\n    environment:\\n      image: none\\n    image: %s\\n' "$service" "$image:$TAG"
        done <"$file/compose.yml"
        printf 'volumes:\\n  image:\\n    image: none\\n' ;;
      pull) . "$file/.env"; image=$(sed -n "s/^$1://p" "$file/compose.yml"):$TAG
        if [ -e registry/$image ]; then
          [ ! -e "images/$image" ] || cp "images/$image" "images/was-$image"
          cp "registry/$image" images/; else echo "no way to $SECRET"; return 1; fi ;;
      up)
        [ "$1" != --help ] || { echo '  --pull string'; return; }
        while [ $# -gt 0 ]; do case $1 in
          --pull) shift ;; --remove-orphans) orphans=yes ;; --*) ;; *) wanted="$wanted $1" ;;
        esac; shift; done
        up ;;
    esac
  }
  case $1 in
    compose) shift; compose "$@" ;;
    ps) for one in containers/*; do [ ! -e "$one" ] || basename "$one"; done ;;
    inspect) case $* in *State.Health*Output*) ;; *) running; fall ;; esac ;;
    image) case $2 in inspect) image "$5" ;; rm) for one in images/*; do [ "$(cat "$one")" != "$3" ] || rm "$one"; done ;; esac ;;
    tag) echo "$2" >"images/$3" ;;
    logs) printf 'first\\n\\nmy secret is not-a-real-one' ;;
    rm) shift 2; for one; do one=\${one#shop-}; rm "containers/\${one%-1}"; done ;;
    *) exit 1 ;;
  esac`

export interface FakeComposeProject extends FakeServer {
  /** Puts the files of a revision where they are staged. */
  readonly stage: (revision: string, compose: string, env: string) => void
  readonly images: (revision: string, inputs?: Readonly<Record<string, string>>) => Ran
  readonly rollOut: (revision: string, inputs?: Readonly<Record<string, string>>) => Ran
  readonly rollBack: (records: string) => Ran
  /** What a file below the engine or the project says. */
  readonly engine: (path: string) => string
  readonly kept: (path: string) => string
  readonly write: (path: string, text: string) => void
  /** Service and image of each container. */
  readonly running: () => Readonly<Record<string, string>>
}

type Ran = { readonly status: number | null; readonly said: string }

/** A server with an engine of files, and images of the versions 1 to 3 of web and cache in its registry. */
export function fakeComposeProject(shell: Shell): FakeComposeProject {
  const versions = ['1', '2', '3'].flatMap((tag) =>
    ['web', 'cache'].map((name) => [`engine/registry/${name}:${tag}`, `sha256:${name}${tag}\n`]),
  )
  const server = fakeServer({
    files: {
      ...Object.fromEntries(versions),
      'engine/images': null,
      'engine/containers': null,
      'engine/sick': '',
      'engine/falls': '',
      'var/run/docker.sock': '',
      [projectFolder]: null,
    },
    tools: {
      id: 'echo 0',
      docker,
      sleep: ':',
      date: tickingDate,
    },
  })
  const read = (path: string) =>
    existsSync(`${server.root}/${path}`) ? readFileSync(`${server.root}/${path}`, 'utf8') : ''
  const run = (name: string, inputs: Readonly<Record<string, string>>): Ran => {
    const shared = ['project', 'begin', 'up', 'keep', 'restore'].map((file) => `compose/${file}.sh`)
    const files = ['lib/docker-cli.sh', ...shared, `compose/${name}.sh`]
    const text = makeScript({ files, inputs: { project: 'shop', timeout_seconds: '20', ...inputs }, nonce: 'none' })
    // As jobs they give no answer: what they print is their log.
    const job = text.replace(/main <\/dev\/null; }\n$/, 'work </dev/null; }\n')
    const { status, stdout, stderr } = server.run(job, shell)
    return { status, said: `${stdout}${stderr}` }
  }
  return {
    ...server,
    stage: (revision, compose, env) => {
      server.run(`mkdir -p "$MAESTRO_ROOT/${projectFolder}/${revision}"`)
      writeFileSync(`${server.root}/${projectFolder}/${revision}/compose.yml`, compose)
      writeFileSync(`${server.root}/${projectFolder}/${revision}/.env`, env)
    },
    images: (revision, inputs = {}) => run('pull-images', { revision, services: '', ...inputs }),
    rollOut: (revision, inputs = {}) =>
      run('roll-out', { revision, services: '', again: '', roll_back: 'yes', keep: '2', ...inputs }),
    rollBack: (records) => run('rollback', { records }),
    engine: (path) => read(`engine/${path}`),
    kept: (path) => read(`${projectFolder}/${path}`),
    write: (path, text) => writeFileSync(`${server.root}/engine/${path}`, text),
    running: () => {
      const lines = server.run('cat "$MAESTRO_ROOT"/engine/containers/* 2>/dev/null').stdout.trim().split('\n')
      return Object.fromEntries(
        lines.filter((line) => line !== '').map((line) => [line.split('|')[0], line.split('|')[2]]),
      )
    },
  }
}

// Three seconds go by each time that it is asked.
const tickingDate = `n=$(cat "$MAESTRO_ROOT/now" 2>/dev/null || echo 1000); n=$((n + 3)); echo "$n" >"$MAESTRO_ROOT/now"; echo "$n"`
