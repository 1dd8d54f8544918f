import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { addServer } from './support/added-server.ts'
import { versionsOf } from './support/apt-archive.ts'
import { type Controller, makeController } from './support/controller.ts'
import {
  contentsOf,
  dockerPackages,
  engineOf,
  newerVersions,
  offerBrokenEngine,
  olderVersions,
  shortWaitSettings,
  sixContainers,
} from './support/docker-fixture.ts'
import { diskFull, linkDown } from './support/faults.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot } from './support/inside.ts'

let crate: FleetServer
let bare: FleetServer
const controllers: Controller[] = []

function maestroFor(server: FleetServer, docker: string, settings = shortWaitSettings) {
  const controller = makeController([server], { settings, docker })
  controllers.push(controller)
  return controller.maestro
}
const packagesOf = (server: FleetServer) => versionsOf(server, dockerPackages)

/** Containers as containerd has them: one that the engine knows nothing of is an orphan. */
const tasksOf = (server: FleetServer) =>
  asRoot(server, 'ctr -n moby tasks ls | awk \'$3 == "RUNNING" { print $1 }\' | sort')

async function changed(server: FleetServer, change: string, back: string): Promise<void> {
  await asRoot(server, change)
  onTestFinished(async () => void (await asRoot(server, back)))
}

beforeAll(async () => {
  ;[crate, bare] = await Promise.all([addServer('crate-1', 'docker-ce'), addServer('crate-2', 'docker-ce')])
  await asRoot(crate, sixContainers)
  // What the engine depends on stays, which this archive does not have.
  await asRoot(
    bare,
    `systemctl stop docker.socket docker containerd
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge ${dockerPackages.join(' ')} >/dev/null
    rm -rf /etc/apt/sources.list.d/docker.list /etc/apt/keyrings/docker.asc 2>/dev/null
    apt-get -qq update`,
  )
}, 900_000)
afterAll(() => {
  for (const { remove } of controllers) remove()
})

describe('docker-upgrade is refused', () => {
  const source = '/etc/apt/sources.list.d/docker.list'
  const config = '/etc/docker/daemon.json'

  it.each<[string, string, string, string, number, RegExp]>([
    [
      'where a package is held by somebody else',
      '26.1.5',
      'apt-mark hold docker-ce',
      'apt-mark unhold docker-ce',
      4,
      /docker-ce is held on the server, not by maestro/,
    ],
    [
      'where this release does not have the version',
      '27.3.1',
      ':',
      ':',
      4,
      /Docker 27\.3\.1 is not available for this release; the newest is 26\.1\.5/,
    ],
    [
      'where daemon.json is none',
      '26.1.5',
      `echo '{"debug": tr' >${config}`,
      `rm ${config}`,
      4,
      /daemon\.json is no JSON/,
    ],
    [
      'where the repository is down',
      '26.1.5',
      `sed -i 's|http://[^ ]*|http://127.0.0.1:9/linux|' ${source}`,
      `sed -i 's|http://[^ ]*|http://download.docker.com/linux/ubuntu|' ${source}`,
      1,
      /cannot be refreshed: E: .*127\.0\.0\.1/,
    ],
    [
      'on managers of a swarm side by side',
      '26.1.5',
      'docker swarm init --advertise-addr 127.0.0.1 >/dev/null',
      'docker swarm leave --force; docker network rm docker_gwbridge',
      4,
      /manager of a swarm.*--strategy serial/,
    ],
    [
      'where Weave is too old for it',
      '26.1.5',
      `printf '#!/bin/sh\\nSCRIPT_VERSION="2.8.1"\\n' >/usr/local/bin/weave; chmod 755 /usr/local/bin/weave`,
      'rm /usr/local/bin/weave',
      4,
      /Weave 2\.8\.1 speaks 1\.18: Weave 2\.9\.0/,
    ],
    [
      'where Docker does not answer',
      '26.1.5',
      'systemctl stop docker.socket docker',
      'systemctl start docker; docker start plain',
      4,
      /Docker does not answer/,
    ],
  ])('%s', async (_, version, change, back, exitCode, why) => {
    await changed(crate, change, back)

    const run = await maestroFor(crate, version)('docker-upgrade')

    expect(run.exitCode).toBe(exitCode)
    expect(`${run.stdout}${run.stderr}`.replaceAll(/\s+/g, ' ')).toMatch(why)
    expect(await packagesOf(crate)).toEqual(olderVersions)
  })

  it('where the disk is full', async () => {
    onTestFinished(await diskFull(crate))

    const run = await maestroFor(crate, '26.1.5')('docker-upgrade', '--no-refresh')

    expect(run.exitCode).not.toBe(0)
    expect(`${run.stdout}${run.stderr}`).toMatch(/MB free/)
  })

  it('where only 27.3.10 and not 27.3.1 is offered', async () => {
    await changed(crate, `sed -i 's/stable$/stable test/' ${source}`, `sed -i 's/ test$//' ${source}`)
    const titleOf = async (version: string) =>
      /Docker 20.*/.exec((await maestroFor(crate, version)('docker-upgrade', '--dry-run')).stdout)?.[0]

    expect(await titleOf('27.3.1')).toBe('Docker 20.10.24 -> 27.3.1; the newest is 27.3.10')
    expect(await titleOf('27.3')).toBe('Docker 20.10.24 -> 27.3.10 (27.3 in the manifest)')
    expect(await titleOf('latest')).toBe('Docker 20.10.24 -> 27.3.10 (latest in the manifest)')
  })
})

describe('docker-upgrade that fails', () => {
  it('leaves the server as it is with --no-rollback, and --rollback restores it without a running engine', async () => {
    const contents = await contentsOf(crate)
    await offerBrokenEngine(crate)

    const failed = await maestroFor(crate, 'latest')('docker-upgrade', '--no-rollback')
    const broken = await asRoot(crate, 'docker version 2>&1 || true')
    const again = await maestroFor(crate, 'latest')('docker-upgrade')
    const back = await maestroFor(crate, 'latest')('docker-upgrade', '--rollback', '--yes')
    await asRoot(crate, 'rm /etc/apt/sources.list.d/broken.list')

    expect(failed).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('Docker does not start: dockerd: broken build'),
    })
    expect(broken).toContain('Cannot connect to the Docker daemon')
    expect(again).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('Docker does not answer') })
    expect(back.exitCode).toBe(0)
    expect(await packagesOf(crate)).toEqual(olderVersions)
    expect(await contentsOf(crate)).toEqual(contents)
  }, 300_000)

  it('rolls back when the new engine rejects daemon.json', async () => {
    const contents = await contentsOf(crate)
    await changed(crate, `echo '{"graph": "/var/lib/docker"}' >/etc/docker/daemon.json`, 'rm /etc/docker/daemon.json')

    const run = await maestroFor(crate, '26.1.5')('docker-upgrade')

    expect(run).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/does not start: .*graph.*; it went back to Docker 20\.10\.24/),
    })
    expect(await packagesOf(crate)).toEqual(olderVersions)
    expect(await contentsOf(crate)).toEqual(contents)
  }, 300_000)
})

describe('docker-upgrade', () => {
  it('stops containers that live-restore would orphan, and survives a lost connection', async () => {
    await asRoot(crate, `echo '{"live-restore": true}' >/etc/docker/daemon.json; systemctl reload docker; sleep 1`)
    const contents = await contentsOf(crate)
    const upgrading = maestroFor(crate, '26.1.5')('docker-upgrade')
    while ((await asRoot(crate, 'systemctl is-active docker.service || true')) === 'active') await sleep(300)
    const plug = await linkDown(crate)
    await sleep(8_000)
    await plug()
    const run = await upgrading

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('live-restore is on, which leaves orphans'),
    })
    expect(await packagesOf(crate)).toEqual(newerVersions)
    expect(await contentsOf(crate)).toEqual(contents)
    expect(await tasksOf(crate)).toEqual(await asRoot(crate, 'docker ps -q --no-trunc | sort'))
    await asRoot(crate, 'rm /etc/docker/daemon.json; systemctl reload docker')
  }, 300_000)

  it('upgrades containerd alone, with all containers running', async () => {
    const contents = await contentsOf(crate)
    await asRoot(crate, 'dpkg -i /var/lib/maestro/docker/back/containerd.io_*.deb >/dev/null 2>&1')

    const run = await maestroFor(crate, '26.1.5')('docker-upgrade')

    expect(run).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/Docker 26\.1\.5\n +containerd\.io 1\.6\.20-1 -> 1\.7\.24-1\n/),
    })
    expect(await packagesOf(crate)).toEqual(newerVersions)
    expect(await contentsOf(crate)).toEqual(contents)
  }, 300_000)

  it('downgrades with --allow-downgrade only', async () => {
    const unasked = await maestroFor(crate, '20.10.24')('docker-upgrade', '--no-refresh')
    const unagreed = await maestroFor(crate, '20.10.24')('docker-upgrade', '--no-refresh', '--allow-downgrade')
    const agreed = await maestroFor(crate, '20.10.24')('docker-upgrade', '--no-refresh', '--allow-downgrade', '--yes')

    expect(unasked).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('--allow-downgrade') })
    expect(unagreed).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('pass --yes') })
    expect(agreed.exitCode).toBe(0)
    expect((await engineOf(crate)).versions).toBe('20.10.24+dfsg1 20.10.24+dfsg1')
  }, 300_000)
})

describe('docker-upgrade on a server without Docker', () => {
  const repository = `${shortWaitSettings}\n  docker: {repository: "http://download.docker.com/linux/{id}"`

  it('leaves it alone, and rejects a wrong repository key', async () => {
    const folder = mkdtempSync(`${tmpdir()}/maestro-key-`)
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(
      `${folder}/key.asc`,
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----\n',
    )

    const alone = await maestroFor(bare, '26.1.5')('docker-upgrade', '--no-refresh')
    const wrong = await maestroFor(bare, '26.1.5', `${repository}, key: ${folder}/key.asc}`)(
      'docker-upgrade',
      '--install',
      '--no-refresh',
    )

    expect(alone).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('there is no Docker') })
    expect(wrong).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/the Docker versions in apt are unknown: .*download\.docker\.com/),
    })
    expect(await asRoot(bare, 'ls /etc/apt/sources.list.d /dev/shm | grep -c -e docker -e maestro || true')).toBe('0')
  })

  it('installs Docker and its repository with --install', async () => {
    const maestro = maestroFor(bare, '26.1.5', `${repository}}`)

    const plan = await maestro('docker-upgrade', '--install', '--no-refresh', '--dry-run')
    const run = await maestro('docker-upgrade', '--install', '--no-refresh')
    const again = await maestro('docker-upgrade', '--install', '--no-refresh')

    expect(plan.stdout).toContain('set up the apt repository http://download.docker.com/linux/{id}')
    expect(plan.stdout).toContain('+ docker-ce 5:26.1.5-1~ubuntu.24.04~noble')
    expect(run.exitCode).toBe(0)
    expect((await engineOf(bare)).versions).toBe('26.1.5+dfsg1 26.1.5+dfsg1')
    expect(await packagesOf(bare)).toEqual(newerVersions)
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Docker 26.1.5 is there') })
  }, 300_000)
})
