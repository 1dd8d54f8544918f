import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addServer } from './added-server.ts'
import type { Controller } from './controller.ts'
import type { FleetServer } from './fleet.ts'
import { asRoot } from './inside.ts'

/** Only the containers of the shop may have it. */
export const secret = 'fleet-secret-9f8e7d6c5b4a'

export const composeSettings = `  health: {url: "http://localhost:8080/up", timeout: 60s}
  rollout: {stable_time: 2s, drain_timeout: 60s}
  services: {compose: compose.yml, env_file: shop.env, timeout: 40s}
`

const compose = `name: shop
services:
  web:
    image: shop:\${TAG}
    env_file: .env
    ports: ["8080:8080"]
    restart: always
    stop_grace_period: 1s
    depends_on: {worker: {condition: service_healthy}}
    healthcheck: {test: [CMD, wget, -q, -O, /dev/null, "http://localhost:8080/up"], interval: 3s, retries: 2}
  worker:
    image: worker:1
    restart: always
    stop_grace_period: 1s
    healthcheck: {test: [CMD, test, -e, /at-work], interval: 3s, retries: 2}
`

/** Has the controller's files say that this version of the shop is to run. */
export function wantVersion({ manifest }: Controller, tag: string): void {
  const folder = dirname(manifest)
  writeFileSync(join(folder, 'compose.yml'), compose)
  writeFileSync(join(folder, 'shop.env'), `TAG=${tag}\nSECRET="${secret}"\n`, { mode: 0o600 })
}

// Compose itself, where Docker's packages bring a stand-in; and the images of the shop: 1 and 2, and one that serves no request.
const images = `
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install docker-compose-plugin >/dev/null
  image() {
    mkdir -p /tmp/shop
    docker export "$(docker create busybox:local true)" | docker import -c "CMD [\\"sh\\", \\"-c\\", \\"$2\\"]" - "$1" >/dev/null
  }
  serve='mkdir /www; cd /www; echo up >up; echo up >alive; hostname >index.html; exec httpd -f -p 8080 -h /www'
  image shop:1 "$serve"
  image shop:2 "$serve #"
  image shop:bad 'echo it has $SECRET; exec sleep 1000000'
  image worker:1 'touch /at-work; exec sleep 1000000'
  docker container prune --force >/dev/null`

/** A server with Docker's own engine, Compose, and the images of the shop. */
export async function addShop(name: string): Promise<FleetServer> {
  const server = await addServer(name, 'docker-ce')
  await asRoot(server, images)
  return server
}

/** What runs of the shop, by service: the name of its image, and the start of its container. */
export async function runningOn(server: FleetServer): Promise<Readonly<Record<string, string>>> {
  const format = '{{index .Config.Labels "com.docker.compose.service"}} {{.Config.Image}} {{.State.StartedAt}}'
  const lines = await asRoot(
    server,
    `docker inspect --format '${format}' $(docker ps -q --filter label=com.docker.compose.project=shop)`,
  )
  return Object.fromEntries(
    lines.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1).join(' ')]),
  )
}

/** Writes down every process that there is, until it is asked for those that have the secret in their words. */
export async function watchProcesses(server: FleetServer): Promise<() => Promise<string>> {
  await asRoot(
    server,
    `systemd-run -q --unit=watch-processes --collect sh -c 'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null; sleep 0.02; done >/run/words'`,
  )
  // The grep for the secret has it in its own arguments: the watcher is stopped before.
  return async () => {
    await asRoot(server, 'systemctl stop watch-processes; test -s /run/words')
    return asRoot(server, `grep -ac ${secret} /run/words || true; rm /run/words`)
  }
}

/** Files of ours that hold the secret, apart from those that are uploaded to hold it. */
export const filesWithSecret = (server: FleetServer): Promise<string> =>
  asRoot(
    server,
    `grep -rl ${secret} /var/lib/maestro /var/log /run/systemd /tmp --exclude-dir=journal 2>/dev/null | grep -v '^/var/lib/maestro/services/shop/[0-9a-f]*/.env$' || true
    journalctl --no-pager 2>/dev/null | grep -c ${secret} | grep -v '^0$' || true
    find /var/lib/maestro/services -type f -name .env ! -perm 600`,
  )
