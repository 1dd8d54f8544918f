import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { type Controller, makeController } from './support/controller.ts'
import { engineOf, shortWaitSettings } from './support/docker-fixture.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'
import { installWeave, peerOn, type Release, upgradeWeave, weaveBlock } from './support/weave-fixture.ts'

const old: Release = { version: '2.6.5', user: 'weaveworks' }
// What Docker from 25 on answers is of another family of images.
const wanted: Release = { version: '2.9.0', user: 'rajchaudhuri' }
const next: Release = { version: '2.9.1', user: 'rajchaudhuri' }
const broken: Release = { version: '2.9.8', user: 'rajchaudhuri', fault: 'exit 1' }
const strange: Release = { version: '2.9.9', user: 'rajchaudhuri', protocol: '3' }

const password = 'open-sesame-7'
const folder = mkdtempSync(join(tmpdir(), 'maestro-weave-'))
let first: FleetServer
let second: FleetServer
let controller: Controller

beforeAll(async () => {
  ;[first, second] = [await addServer('mesh-1', 'docker-ce'), await addServer('mesh-2', 'docker-ce')]
  const peers = [first, second]
  await Promise.all(peers.map((server) => installWeave(server, old, [wanted, next, broken, strange])))
  const addresses = peers.map(({ address }) => address).join(' ')
  for (const server of peers) await asRoot(server, `weave launch --password ${password} --no-discovery ${addresses}`)
  const settings = `${shortWaitSettings}\n${weaveBlock(folder, wanted)}`
  controller = makeController(peers, { settings, docker: '26.1.5', weave: wanted.version })
}, 900_000)
afterAll(() => {
  controller.remove()
  rmSync(folder, { recursive: true })
})

const peerState = async (server: FleetServer, { version, user }: Release) => {
  const peer = await peerOn(server)
  expect(peer).toMatchObject({ router: `${user}/weave:${version} true`, script: version, encryption: 'enabled' })
  expect(peer.connections.filter((line) => line.includes('established encrypted'))).toHaveLength(1)
  return peer
}

const namesOf = (release: Release) =>
  Promise.all([first, second].map(async (server) => (await peerState(server, release)).name))

describe('docker-upgrade of two Weave peers with a password', () => {
  it('upgrades Weave and then the engine, one peer after the other although all at once was asked for', async () => {
    const names = await namesOf(old)

    const run = await controller.maestro('docker-upgrade', '--strategy', 'parallel', '--yes')

    expect(run, `${run.stdout}${run.stderr}`).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Weave 2.6.5 -> 2.9.0, alone: 1 connection away for some seconds'),
    })
    expect(run.stdout).toContain(`weave launch --nickname mesh-1 --no-discovery ${first.address} ${second.address}`)
    // Who they are, and with it their addresses, is in weavedb: nobody has reset that.
    expect(await namesOf(wanted)).toEqual(names)
    expect((await engineOf(second)).versions).toBe('26.1.5+dfsg1 26.1.5+dfsg1')
    const steps = controller
      .eventsOf(controller.runs()[0] ?? '')
      .flatMap((one) =>
        one.event === 'step-verified' && /weave|docker-upgrade/.test(one.step) ? [`${one.server} ${one.step}`] : [],
      )
    expect(steps).toEqual(['mesh-1 weave', 'mesh-1 docker-upgrade', 'mesh-2 weave', 'mesh-2 docker-upgrade'])
  }, 400_000)

  it('writes the password nowhere', async () => {
    const [run = ''] = controller.runs()
    const journal = ['plan.json', 'events.ndjson', 'report.json'].map((name) =>
      readFileSync(`${controller.folder}/maestro/runs/${run}/${name}`, 'utf8'),
    )

    const there = await asRoot(
      first,
      `grep -rl '${password}' /var/lib/maestro /var/log/maestro || :
      docker inspect --format '{{.Config.Cmd}}' weave | grep -c '${password}' || :
      journalctl -u 'maestro-*' | grep -c '${password}' || :`,
    )

    expect(journal.join('')).toContain('mesh-1')
    expect(journal.join('')).not.toContain(password)
    expect(there.split('\n')).toEqual(['0', '0'])
  })

  it('finds nothing due on a second run', async () => {
    const again = await controller.maestro('docker-upgrade', '--no-refresh')

    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Weave 2.9.0 runs') })
  })
})

describe('docker-upgrade: weaveStep', () => {
  it.each([
    ['does not start', broken, /cannot be launched; gone back to Weave 2\.9\.0, which runs as before$/],
    ['finds no peer', strange, /0 of 1 connections are established, .* is failed; gone back to Weave 2\.9\.0, which/],
  ])('rolls back when the new router %s', async (_, release, words) => {
    const { name } = await peerState(second, wanted)

    await expect(upgradeWeave(second, release, { readyTimeoutMs: 5_000 })).rejects.toThrow(words)

    expect(await peerState(second, wanted)).toMatchObject({ name })
  })

  it('upgrades a router that a unit runs', async () => {
    await asRoot(
      second,
      `weave stop; docker rm weave >/dev/null
      cat >/etc/systemd/system/weave.service <<'END'
[Unit]
Requires=docker.service
After=docker.service
[Service]
Environment=WEAVE_PASSWORD=${password}
ExecStartPre=/usr/local/bin/weave launch --no-restart ${first.address}
ExecStart=/usr/bin/docker attach weave
ExecStop=/usr/local/bin/weave stop
END
      systemctl daemon-reload; systemctl start weave.service`,
    )

    await upgradeWeave(second, next)

    await peerState(second, next)
    expect(await asRoot(second, 'systemctl is-active weave.service')).toBe('active')
  })

  it('is refused when a connection is not established before', async () => {
    await asRoot(second, 'systemctl stop weave.service')

    const done = await upgradeWeave(first, next)

    expect(done).toMatchObject({
      status: 'blocked',
      why: expect.stringMatching(`not whole: the connection to ${second.address}:6783 is failed`),
    })
    expect(await peerOn(first)).toMatchObject({ router: 'rajchaudhuri/weave:2.9.0 true' })
  })

  it('is refused when the router does not answer', async () => {
    await asRoot(first, 'docker exec weave mv /bin/status /bin/status.away')

    const done = await upgradeWeave(first, next)

    expect(done).toMatchObject({ status: 'blocked', why: expect.stringMatching('is unknown: .*status') })
  })
})
