import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { weaveParts } from '../../src/operations/weave/standing.ts'
import { type WeaveOptions, weaveStep } from '../../src/operations/weave/weave-step.ts'
import type { Json } from '../../src/plan/json.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'
import { contextOn, type Done, performStep } from './night-ground.ts'

/** A version of the stand-in for Weave: the words of the real script over real containers. */
export interface Release {
  readonly version: string
  /** Whose images: `weaveworks`, or those of a fork. */
  readonly user: string
  /** Peers that speak another one find no connection. */
  readonly protocol?: string
  /** Shell in the router before it listens. */
  readonly fault?: string
}

const textOf = (part: 'weave' | 'weaver' | 'status') =>
  readFileSync(new URL(`weave/${part}.sh`, import.meta.url), 'utf8')

const scriptOf = ({ version, user }: Release): string =>
  textOf('weave').replaceAll('@VERSION@', version).replaceAll('@USER@', user)

const written = (path: string, text: string) => `cat >${path} <<'END_OF_FILE'\n${text}END_OF_FILE\nchmod 755 ${path}\n`

// There is no registry to pull from: a router made on the spot, and of each release that it is one.
const router = `
  mkdir -p /tmp/image/bin /tmp/image/run
  cp /bin/busybox /tmp/image/bin
  for applet in $(busybox --list); do [ "$applet" = busybox ] || ln -sf busybox "/tmp/image/bin/$applet"; done
  ${written('/tmp/image/bin/weaver', textOf('weaver'))}
  ${written('/tmp/image/bin/status', textOf('status'))}
  tar -C /tmp/image -c . | docker import --change 'ENTRYPOINT ["/bin/weaver"]' - weave/router:local >/dev/null
  docker tag busybox:local weaveworks/weavedb:latest
  rm -r /tmp/image`

const imageOf = ({ version, user, protocol = '2', fault = '' }: Release) =>
  `printf 'FROM weave/router:local\nENV RELEASE="${version}" PROTOCOL="${protocol}" FAULT="${fault}"\n' |
    docker build -q -t ${user}/weave:${version} - >/dev/null`

/** Puts the script of a release in place, with its image and those of others. */
export const installWeave = (server: FleetServer, release: Release, others: readonly Release[] = []) =>
  asRoot(
    server,
    [router, ...[release, ...others].map(imageOf), written('/usr/local/bin/weave', scriptOf(release))].join('\n'),
  )

/** Leaves nothing of Weave, its images and the jobs behind. */
export const removeWeave = (server: FleetServer) =>
  asRoot(
    server,
    `systemctl stop weave.service 2>/dev/null || :
    rm -f /etc/systemd/system/weave.service /usr/local/bin/weave; systemctl daemon-reload
    docker rm -f -v weave weavedb >/dev/null 2>&1 || :
    docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '/(weave|weavedb|router):' | xargs -r docker rmi -f >/dev/null
    rm -rf /var/lib/maestro/20261123-* /var/log/maestro/20261123-*`,
  )

/** Upgrades one peer as a pass would; the text of the script is what the manifest's would be. */
export async function upgradeWeave(
  server: FleetServer,
  release: Release,
  options: Partial<WeaveOptions> = {},
): Promise<Done & { readonly before: Json }> {
  const text = scriptOf(release)
  const step = weaveStep({
    version: release.version,
    script: { from: '/srv/weave', sha256: createHash('sha256').update(text).digest('hex') },
    images: [],
    allowsDowngrade: false,
    rollsBack: true,
    readyTimeoutMs: 20_000,
    stallTimeoutMs: 60_000,
    ...options,
  })
  const at = { ...contextOn(server, step.id), readHere: async () => text }
  const look = await at.look(weaveParts)
  const verdict = step.foresee(look)
  return { ...(await performStep(step, at, look)), before: verdict.is === 'due' ? verdict.what : null }
}

/** How a peer stands by what Docker says of it, and by its own words. */
export async function peerOn(server: FleetServer) {
  const told = await asRoot(
    server,
    `docker inspect --format '{{.Config.Image}} {{.State.Running}}' weave
    sed -n 's/^SCRIPT_VERSION="\\(.*\\)"$/\\1/p' /usr/local/bin/weave
    docker exec weave cat /weavedb/name
    weave status | sed -n 's/^ *Encryption: //p'
    weave status connections`,
  )
  const [router = '', script = '', name = '', encryption = '', ...connections] = told.split('\n')
  return { router, script, name, encryption, connections }
}
