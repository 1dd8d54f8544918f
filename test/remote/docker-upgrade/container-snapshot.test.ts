import { describe, expect, it } from 'vitest'
import { readUpgradeJobStatus } from '../../../src/operations/docker-upgrade/job-status.ts'
import { fakeEngine, jobPath, runScript } from '../../support/fakes/fake-engine.ts'
import type { FakeServer } from '../../support/fakes/fake-server.ts'
import { shells } from '../../support/tools.ts'

const web = ['a1', '/web', 'sha256:1', 'running', 'healthy', 'always', false, null, 'shop', 'then', 'before']
const docker = `case $* in
  *Server.Version*) echo 27.5.0 ;;
  *Client.Version*) echo 27.5.1 ;;
  info*) echo 'overlay2 systemd' ;;
  'ps '*) echo a1 ;;
  *Networks*a1) printf 'a1 shop_default\\n\\n' ;;
  *Mounts*a1) printf 'a1 volume data /data\\n\\n' ;;
  inspect*a1) echo '${JSON.stringify(web)}' ;;
  image*) printf 'sha256:1\\nsha256:1\\n' ;;
  volume*) echo data ;;
  network*) printf 'bridge\\nshop_default\\n' ;;
esac`
const dpkgQuery = `case $* in
  *docker*) printf 'docker-ce|5:27.5.0-1|hi \\ncontainerd.io|1.7.24-1|iF \\ndocker.io|28.2.2|rc \\n'; exit 1 ;;
  *) printf 'docker-ce|hi \\npigz|ii \\nlibc6|ii \\ngone|rc \\n' ;;
esac`
const files = { 'var/run/docker.sock': '' }
const tools = { docker, 'dpkg-query': dpkgQuery, systemctl: "printf 'active\\nactive\\n'" }

describe.each(shells())('docker-upgrade/container-snapshot.sh under $name', (shell) => {
  const census = (server: FakeServer) =>
    readUpgradeJobStatus(
      runScript(server, shell, ['lib/docker-cli.sh', 'job/paths.sh', 'docker-upgrade/container-snapshot.sh']),
    )

  it('prints containers, images, volumes and networks', () => {
    expect(census(fakeEngine({ files, tools }))).toMatchObject({
      answers: {
        server: '27.5.0',
        client: '27.5.1',
        census: {
          containers: [
            {
              id: 'a1',
              name: 'web',
              image: 'sha256:1',
              state: 'running',
              health: 'healthy',
              restartPolicy: 'always',
              isFleeting: false,
              project: 'shop',
              startedAt: 'then',
              finishedAt: 'before',
              networks: ['shop_default'],
              mounts: ['volume data /data'],
            },
          ],
          images: ['sha256:1'],
          volumes: ['data'],
          networks: ['bridge', 'shop_default'],
          drivers: 'overlay2 systemd',
        },
      },
      packages: [
        { name: 'docker-ce', version: '5:27.5.0-1', isWhole: true },
        { name: 'containerd.io', version: '1.7.24-1', isWhole: false },
      ],
    })
  })

  it('prints how the upgrade ended, the downtime of Docker, and the new containers', () => {
    const left = {
      [`${jobPath}.end`]: 'back\nDocker does not start\n',
      [`${jobPath}.times`]: 'down 10.5\nup 14\ndown 15\nup 20.5\n',
      [`${jobPath}.before`]: 'docker-ce|1|hi \nlibc6|2|ii \ngone|1|ii \n',
    }

    expect(census(fakeEngine({ files: { ...files, ...left }, tools }))).toMatchObject({
      end: 'back',
      why: 'Docker does not start',
      downSeconds: 10,
      came: ['pigz'],
    })
  })

  it('prints only the packages when the engine does not answer', () => {
    expect(census(fakeEngine({ files, tools: { ...tools, docker: 'exit 1' } }))).toMatchObject({
      answers: undefined,
      packages: [{ name: 'docker-ce' }, { name: 'containerd.io' }],
      end: undefined,
    })
  })

  it('fails when containers cannot be listed, and does not print an empty list', () => {
    const server = fakeEngine({ files, tools: { ...tools, docker: `case $* in 'ps '*) exit 1 ;; esac; ${docker}` } })

    expect(() => census(server)).toThrow()
  })
})
