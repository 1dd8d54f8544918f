import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../support/builders/seeded-random.ts'
import { addServer } from './support/added-server.ts'
import { addArchive, versionsOf } from './support/apt-archive.ts'
import { type Controller, makeController } from './support/controller.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'

const due = ['fl-both', 'fl-sec', 'fl-steady']
const words = [
  'security-upgrade',
  ...['fl-daemon', 'fl-fail', 'fl-kernel', 'fl-slow'].flatMap((name) => ['--hold', name]),
]

// It takes its time to be configured, so that a kill may find dpkg at work.
const steady = `
  mkdir -p /srv/old
  deb fl-steady 1.0; dpkg -i fl-steady_1.0.deb >/dev/null; mv fl-steady_1.0.deb /srv/old
  mkdir -p /tmp/deb/DEBIAN; printf '%s\\n' '#!/bin/sh' 'sleep 5' >/tmp/deb/DEBIAN/postinst; chmod 755 /tmp/deb/DEBIAN/postinst
  deb fl-steady 1.1; rm -r /tmp/deb`

const vulnerable = `
  dpkg -i --force-downgrade /srv/old/fl-steady_1.0.deb >/dev/null 2>&1
  apt-get -qq -y --allow-downgrades install fl-both=1.0 fl-sec=1.0 >/dev/null 2>&1
  : >/var/log/dpkg.log`

const Security = { Origin: 'Ubuntu', Label: 'Ubuntu', Suite: 'noble-security', Codename: 'noble' }
const seed = Number(process.env.MAESTRO_TEST_SEED ?? randomInt(2 ** 31))
const random = seededRandom(seed)

let servers: readonly FleetServer[] = []
const controllers: Controller[] = []

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: 4 }, (_, index) => addServer(`hit-${index + 1}`)))
  await Promise.all(
    servers.map((server) => addArchive(server, { name: 'steady', release: Security, packages: steady })),
  )
}, 600_000)
afterAll(() => {
  for (const { remove } of controllers) remove()
})

/** Resolves at the moment to kill; each is of one sort, so that enough of each are met. */
type Moment = {
  readonly name: string
  readonly comes: (controller: Controller, server: FleetServer) => Promise<unknown>
}

const until = async (isSo: () => boolean | Promise<boolean>, everyMs: number) => {
  while (!(await isSo())) await sleep(everyMs)
}
const hasBegun = ({ runs, eventsOf }: Controller) =>
  runs().some((run) => eventsOf(run).some((one) => one.event === 'step-started' && one.step === 'security-upgrade'))
const isDpkgAtWork = async (server: FleetServer) =>
  (await asRoot(server, "pgrep -f '[f]l-steady.postinst' || true")) !== ''

const onceBegun: Moment = {
  name: 'between journal and unit',
  comes: (controller) => until(() => hasBegun(controller), 1),
}
const inDpkg = (afterMs: number): Moment => ({
  name: `${afterMs} ms into dpkg's work`,
  comes: async (_, server) => {
    await until(() => isDpkgAtWork(server), 100)
    await sleep(afterMs)
  },
})
const after = (timeMs: number): Moment => ({ name: `after ${timeMs} ms`, comes: () => sleep(timeMs) })
const fiveMoments = () => [
  onceBegun,
  ...[inDpkg, inDpkg].map((moment) => moment(random(4_000))),
  ...[after, after].map((moment) => moment(random(9_000))),
]

it('security-upgrade ends as planned wherever its controller is killed, each package configured once', async () => {
  process.stdout.write(`seed ${seed}\n`)

  const kills = (await Promise.all(servers.map((server) => killedAtEach(server, fiveMoments())))).flat()

  expect(kills.filter(({ dpkg }) => dpkg === 'at work').length).toBeGreaterThanOrEqual(6)
  expect(kills.filter(({ last }) => last === 'step-started security-upgrade').length).toBeGreaterThanOrEqual(3)
  expect(kills.map(({ end }) => end)).toEqual(kills.map(() => wanted))
}, 900_000)

type Kill = { readonly last: string; readonly dpkg: string; readonly end: unknown }

const wanted = {
  exitCode: 0,
  status: 'changed',
  versions: Object.fromEntries(due.map((name) => [name, '1.1'])),
  configured: due.map(() => 1),
  left: '',
}

async function killedAtEach(server: FleetServer, moments: readonly Moment[]): Promise<readonly Kill[]> {
  const kills: Kill[] = []
  for (const moment of moments) {
    await asRoot(server, vulnerable)
    kills.push(await killedAt(server, moment))
  }
  return kills
}

async function killedAt(server: FleetServer, { name, comes }: Moment): Promise<Kill> {
  const controller = makeController([server])
  controllers.push(controller)
  const come = once(() => comes(controller, server))
  await controller.killedWhen(come, ...words)
  const last = lastOf(controller)
  const dpkg = (await isDpkgAtWork(server)) ? 'at work' : await asRoot(server, 'dpkg --audit | head -n 1')
  // Where nothing is written down, nothing was begun.
  const run = controller.runs().at(-1)
  const { exitCode } = run === undefined ? await controller.maestro(...words) : await controller.resume(run)
  process.stdout.write(`${server.name}, ${name}: killed after ${last}, dpkg ${dpkg || 'idle'}; then exit ${exitCode}\n`)
  return { last, dpkg, end: { exitCode, status: statusOf(controller), ...(await serverState(server)) } }
}

// Asked again and again, it waits but once.
function once(wait: () => Promise<unknown>): () => Promise<boolean> {
  let waiting: Promise<boolean> | undefined
  return () => {
    waiting ??= wait().then(() => true)
    return waiting
  }
}

function lastOf({ runs, eventsOf }: Controller): string {
  const last = eventsOf(runs().at(-1) ?? '').at(-1)
  if (last === undefined) return 'nothing'
  return 'step' in last ? `${last.event} ${last.step}` : last.event
}

function statusOf({ runs, eventsOf }: Controller): string | undefined {
  const ends = eventsOf(runs().at(-1) ?? '').flatMap((one) =>
    one.event === 'server-ended' ? [one.outcome.status] : [],
  )
  return ends.at(-1)
}

async function serverState(server: FleetServer) {
  const times = (name: string) =>
    asRoot(server, `grep -c 'status installed ${name}:[a-z0-9]* 1.1' /var/log/dpkg.log || true`)
  return {
    versions: await versionsOf(server, due),
    configured: (await Promise.all(due.map(times))).map(Number),
    left: await asRoot(server, 'dpkg --audit; ls -d /var/lib/maestro/lock 2>/dev/null || true'),
  }
}
