import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FleetServer, serverNamed } from './fleet.ts'
import { asRoot } from './inside.ts'
import { installWeave, peerOn, type Release, removeWeave, upgradeWeave } from './weave-ground.ts'

const old: Release = { version: '2.6.5', user: 'weaveworks' }
const wanted: Release = { version: '2.8.1', user: 'weaveworks' }
const fork: Release = { version: '2.9.0', user: 'rajchaudhuri' }
const broken: Release = { version: '2.8.2', user: 'weaveworks', fault: 'exit 1' }
const strange: Release = { version: '2.8.3', user: 'weaveworks', protocol: '3' }

const [first, second] = [serverNamed('web-1'), serverNamed('web-2')]
const peers = [first, second]
const password = 'open-sesame-7'

beforeAll(async () => {
  await Promise.all(peers.map((server) => installWeave(server, old, [wanted, fork, broken, strange])))
  const addresses = peers.map(({ address }) => address).join(' ')
  for (const server of peers) await asRoot(server, `weave launch --password ${password} --no-discovery ${addresses}`)
}, 300_000)
afterAll(async () => void (await Promise.all(peers.map(removeWeave))))

const standing = async (server: FleetServer, { version, user }: Release) => {
  const peer = await peerOn(server)
  expect(peer).toMatchObject({ router: `${user}/weave:${version} true`, script: version, encryption: 'enabled' })
  expect(peer.connections.filter((line) => line.includes('established encrypted'))).toHaveLength(1)
  return peer
}

describe('Weave on two peers with a password', () => {
  it('is upgraded one after the other, and the mesh is what it was', async () => {
    const names = await Promise.all(peers.map(async (server) => (await standing(server, old)).name))

    const one = await upgradeWeave(first, wanted)
    await standing(first, wanted)
    await standing(second, old)
    await upgradeWeave(second, wanted)

    expect(one).toMatchObject({
      lines: [
        'Weave 2.6.5 -> 2.8.1, alone: 1 connection away for some seconds',
        `= launched as it is: weave launch --nickname web-1 --no-discovery ${first.address} ${second.address}`,
      ],
      proof: { weave: '2.6.5 -> 2.8.1', connections: 1 },
    })
    // Who they are, and so their addresses, is in weavedb: nobody has reset them.
    expect(await Promise.all(peers.map(async (server) => (await standing(server, wanted)).name))).toEqual(names)
  })

  it('has told its password to nobody', async () => {
    const { before } = await upgradeWeave(first, fork)

    const words = await asRoot(
      first,
      `grep -rl '${password}' /var/lib/maestro /var/log/maestro || :
      docker inspect --format '{{.Config.Cmd}}' weave | grep -c '${password}' || :
      journalctl --since -10min | grep -c 'Weave.*${password}' || :`,
    )
    expect(words.split('\n')).toEqual(['0', '0'])
    expect(JSON.stringify(before)).not.toContain(password)
    await standing(first, fork)
  })

  it('is left alone at the version', async () => {
    expect(await upgradeWeave(first, fork)).toMatchObject({ is: 'done', why: 'Weave 2.9.0 runs' })
  })

  it.each([
    ['does not start', broken, /cannot be launched; gone back to Weave 2\.8\.1, which runs as before$/],
    ['finds no peer', strange, /0 of 1 connections are established, .* is failed; gone back to Weave 2\.8\.1, which/],
  ])('goes back by itself where the new router %s', async (_, release, words) => {
    const { name } = await standing(second, wanted)

    await expect(upgradeWeave(second, release, { readyTimeoutMs: 5_000 })).rejects.toThrow(words)

    expect(await standing(second, wanted)).toMatchObject({ name })
  })

  it('is upgraded where a unit runs it', async () => {
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

    await upgradeWeave(second, fork)

    await standing(second, fork)
    expect(await asRoot(second, 'systemctl is-active weave.service')).toBe('active')
  })

  it('is refused where a connection is not established before', async () => {
    await asRoot(second, 'systemctl stop weave.service')

    const done = await upgradeWeave(first, { ...fork, version: '2.9.1' })

    expect(done).toMatchObject({
      is: 'blocked',
      why: expect.stringMatching(`not whole: the connection to ${second.address}:6783 is failed`),
    })
    expect(await peerOn(first)).toMatchObject({ router: 'rajchaudhuri/weave:2.9.0 true' })
  })

  it('is refused where the router does not answer', async () => {
    await asRoot(first, 'docker exec weave mv /bin/status /bin/status.away')

    const done = await upgradeWeave(first, { ...fork, version: '2.9.1' })

    expect(done).toMatchObject({ is: 'blocked', why: expect.stringMatching('cannot be told: .*status') })
  })
})
