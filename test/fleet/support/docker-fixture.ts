import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'

/** The packages of Docker, as dpkg knows them. */
export const dockerPackages = [
  'containerd.io',
  'docker-buildx-plugin',
  'docker-ce',
  'docker-ce-cli',
  'docker-compose-plugin',
]

const noble = (version: string) => `${version}-1~ubuntu.24.04~noble`

/** Their versions with the older and the newer engine of the fleet's archive. */
export const olderVersions = {
  'containerd.io': '1.6.20-1',
  'docker-buildx-plugin': noble('0.11.2'),
  'docker-ce': '5:20.10.24~3-0~ubuntu-noble',
  'docker-ce-cli': '5:20.10.24~3-0~ubuntu-noble',
  'docker-compose-plugin': noble('2.24.0'),
}
export const newerVersions = {
  'containerd.io': '1.7.24-1',
  'docker-buildx-plugin': noble('0.14.0'),
  'docker-ce': noble('5:26.1.5'),
  'docker-ce-cli': noble('5:26.1.5'),
  'docker-compose-plugin': noble('2.27.0'),
}

/** Six containers, no two alike: with and without a restart policy, stopped, checked, with a volume, in a network of its own. */
export const sixContainers = `
  docker volume create data >/dev/null
  docker network create own >/dev/null
  run() { docker "$@" --stop-timeout 1 busybox:local sh -c 'exec sleep infinity' >/dev/null; }
  run run -d --name always --restart always
  run run -d --name plain
  run create --name idle
  run run -d --name checked --restart unless-stopped --health-cmd true --health-interval 3s
  run run -d --name kept --restart on-failure -v data:/data
  run run -d --name netted --restart always --network own
  until [ "$(docker inspect -f '{{.State.Health.Status}}' checked)" = healthy ]; do sleep 0.2; done`

/** All that must be the same after as before, seen by the engine's own command and not by maestro. */
export const contentsOf = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `for name in $(docker ps -a --format '{{.Names}}' | sort); do
      docker inspect -f '{{.ID}} {{.Name}} {{.Image}} {{.State.Running}} {{if .State.Health}}{{.State.Health.Status}}{{end}} {{.HostConfig.RestartPolicy.Name}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}{{range .Mounts}}{{.Name}}:{{.Destination}} {{end}}' $name
    done
    docker image ls -q --no-trunc | sort; docker volume ls -q; docker network ls --format '{{.Name}}' | sort`,
  )

/** What both sides answer, and the sum of the engine's program. */
export async function engineOf(server: FleetServer) {
  const [versions, program] = await Promise.all([
    asRoot(server, "docker version --format '{{.Server.Version}} {{.Client.Version}}'"),
    asRoot(server, 'sha256sum /usr/bin/dockerd'),
  ])
  return { versions, program }
}

/** An archive of the server's own that has the engine which does not start, as the newest. */
export const offerBrokenEngine = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `mkdir -p /srv/broken
    cd /srv/broken
    for name in docker-ce docker-ce-cli; do
      busybox wget -q "http://download.docker.com/linux/ubuntu/dists/noble/pool/test/$(dpkg --print-architecture)/\${name}_27.0.0-1~ubuntu.24.04~noble_$(dpkg --print-architecture).deb"
    done
    for file in *.deb; do
      dpkg-deb --field "$file"
      printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
    done >Packages
    printf '%s\\n' "Date: $(date -Ru)" 'SHA256:' " $(sha256sum Packages | cut -d ' ' -f 1) $(stat -c %s Packages) Packages" >Release
    echo 'deb [trusted=yes] file:/srv/broken ./' >/etc/apt/sources.list.d/broken.list`,
  )

/** Short waits, for servers whose containers come up at once. */
export const shortWaitSettings = '  rollout: {stable_time: 1s, ready_timeout: 15s}'
