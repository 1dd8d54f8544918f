import { beforeAll, describe, expect, it } from 'vitest'
import { addServer } from './support/added-server.ts'
import { versionsOf } from './support/apt-archive.ts'
import type { FleetServer } from './support/fleet.ts'
import { asRoot, waitUntilRunning } from './support/inside.ts'

const packages = ['docker-ce', 'docker-ce-cli', 'containerd.io', 'docker-buildx-plugin', 'docker-compose-plugin']

let server: FleetServer

beforeAll(async () => {
  server = await addServer('dock-ce', 'docker-ce')
})

describe('fleet server of role docker-ce', () => {
  it('runs containers on the older engine', async () => {
    const engine = await asRoot(server, "docker version --format '{{.Server.Version}}'")
    const said = await asRoot(server, 'runuser -u deploy -- docker run --rm busybox:local echo from-a-container')

    expect(engine).toMatch(/^20\.10\.24/)
    expect(said).toBe('from-a-container')
    expect(await versionsOf(server, packages)).toEqual({
      'docker-ce': '5:20.10.24~3-0~ubuntu-noble',
      'docker-ce-cli': '5:20.10.24~3-0~ubuntu-noble',
      'containerd.io': '1.6.20-1',
      'docker-buildx-plugin': '0.11.2-1~ubuntu.24.04~noble',
      'docker-compose-plugin': '2.24.0-1~ubuntu.24.04~noble',
    })
  })

  it('has an archive that apt accepts as download.docker.com, with its key', async () => {
    const policy = await asRoot(server, 'apt-cache policy docker-ce; apt-cache policy')
    await asRoot(
      server,
      'busybox wget -qO- http://download.docker.com/linux/ubuntu/gpg | cmp - /etc/apt/keyrings/docker.asc',
    )

    expect(policy).toContain('Candidate: 5:26.1.5-1~ubuntu.24.04~noble\n')
    expect(policy).toContain('release o=Docker,a=noble,n=noble,l=Docker CE,c=stable,b=amd64\n')
  })

  it('can be upgraded by apt to the newer engine', async () => {
    const version = '5:26.1.5-1~ubuntu.24.04~noble'

    await asRoot(
      server,
      `DEBIAN_FRONTEND=noninteractive apt-get -qq -y install docker-ce=${version} docker-ce-cli=${version} containerd.io=1.7.24-1`,
    )

    await waitUntilRunning(server)
    const engine = await asRoot(server, "docker version --format '{{.Server.Version}} {{.Client.Version}}'")
    expect(engine).toMatch(/^26\.1\.5\S* 26\.1\.5\S*$/)
    expect(await asRoot(server, 'docker run --rm busybox:local echo still')).toBe('still')
    expect(await asRoot(server, 'docker compose version; docker buildx version')).toContain('v2.24.0')
  })
})
