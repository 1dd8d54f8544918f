import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { weaveFacts } from '../../../src/operations/weave/mesh-status.ts'
import type { WeaveOptions } from '../../../src/operations/weave/options.ts'
import { weaveStep } from '../../../src/operations/weave/weave-step.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'
import { performStep, type StepResult, stepContextOn } from './perform-step.ts'

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
  readFileSync(new URL(`../weave/${part}.sh`, import.meta.url), 'utf8')

const scriptOf = ({ version, user }: Release): string =>
  textOf('weave').replaceAll('@VERSION@', version).replaceAll('@USER@', user)

const written = (path: string, text: string) => `cat >${path} <<'END_OF_FILE'\n${text}END_OF_FILE\nchmod 755 ${path}\n`

// There is no registry to pull from: a router made on the spot, and of each release that it is one.
const router = `
  mkdir -p /tmp/image/bin /tmp/image/run
  cp /bin/busybox /tmp/image/bin
  /tmp/image/bin/busybox --install /tmp/image/bin
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

/** The `weave:` block of a manifest for a release, whose script is written into the folder. */
export function weaveBlock(folder: string, release: Release): string {
  const text = scriptOf(release)
  const path = `${folder}/weave-${release.version}`
  writeFileSync(path, text)
  return `  weave: {script: ${path}, sha256: ${sumOf(text)}}\n`
}

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** Upgrades one peer as a pass would; the text of the script is what the manifest's would be. */
export async function upgradeWeave(
  server: FleetServer,
  release: Release,
  options: Partial<WeaveOptions> = {},
): Promise<StepResult> {
  const text = scriptOf(release)
  const step = weaveStep({
    version: release.version,
    script: { from: '/srv/weave', sha256: sumOf(text) },
    images: [],
    allowsDowngrade: false,
    rollsBack: true,
    readyTimeoutMs: 20_000,
    stallTimeoutMs: 60_000,
    ...options,
  })
  const at = { ...stepContextOn(server, step.id), readPinnedFile: async () => text }
  return performStep(step, at, await at.gatherFacts(weaveFacts))
}

/** The state of a peer by Docker and by its own status. */
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
