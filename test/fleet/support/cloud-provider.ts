import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'
import { type FleetServer, fleetDirectory, readFleet } from './fleet.ts'
import { eventually, waitUntilRunning } from './inside.ts'
import { serveText } from './load-balancer.ts'

/** The fleet as a provider of servers, with the program that deploys the application on them. */
export interface CloudProvider {
  /** Path of the provider's program. */
  readonly provider: string
  /** Path of `hooks.deploy`. */
  readonly deploy: string
  /** What the provider has really done, in order. */
  readonly log: () => readonly string[]
  /** Has it make one by itself, as it was before maestro came. */
  readonly create: (environment: string, name: string) => Promise<FleetServer>
  /** The machines that there are, as systems of the fleet. */
  readonly machines: () => readonly (FleetServer & { readonly environment: string })[]
}

const cloudProgram = fileURLToPath(new URL('cloud.js', import.meta.url))

/** Makes the programs in a folder, for servers of a role that are reached with its `known_hosts`. */
export function makeCloudProvider(folder: string, role: FleetServer['role'] = 'plain'): CloudProvider {
  const state = `${folder}/cloud`
  mkdirSync(state, { recursive: true })
  const [{ keyPath = '', user = '' } = {}] = readFleet().servers
  const program = (name: string, text: string) => {
    writeFileSync(`${folder}/${name}`, `#!/bin/sh\n${text}\n`)
    chmodSync(`${folder}/${name}`, 0o755)
    return `${folder}/${name}`
  }
  // From the controller's network and mounts back to those of this machine, where systems are booted.
  const provider = program(
    'provider',
    `export MAESTRO_FLEET_DIR='${fleetDirectory()}' MAESTRO_FLEET_OWNER=${process.pid} CLOUD_ROLE=${role}
exec nsenter --target ${process.pid} --mount --net '${process.execPath}' '${cloudProgram}' '${state}' "$@"`,
  )
  const ssh = `ssh -F none -o BatchMode=yes -o UserKnownHostsFile='${folder}/known_hosts' -i '${keyPath}' -l ${user}`
  writeFileSync(`${folder}/serve.sh`, serveText)
  const deploy = program('deploy', `exec ${ssh} "$MAESTRO_ADDRESS" sudo sh <'${folder}/serve.sh'`)
  const machines = () => {
    const { stdout } = execaSync(process.execPath, [cloudProgram, state, 'list'])
    return (JSON.parse(stdout) as { servers: readonly { id: string; environment: string }[] }).servers.flatMap(
      ({ id, environment }) => {
        const path = `${fleetDirectory()}/run/servers/${id}/server.json`
        return existsSync(path) ? [{ ...(JSON.parse(readFileSync(path, 'utf8')) as FleetServer), environment }] : []
      },
    )
  }
  return {
    provider,
    deploy,
    log: () => (existsSync(`${state}/log`) ? readFileSync(`${state}/log`, 'utf8').trim().split('\n') : []),
    machines,
    create: async (environment, name) => {
      const before = machines().map((one) => one.name)
      const input = JSON.stringify({ key: `before/${environment}/${name}`, server: { environment, name } })
      await execa(provider, ['create'], { input, timeout: 120_000 })
      const server = machines().find((one) => !before.includes(one.name))
      if (server === undefined) throw new Error(`the cloud has made no ${name}`)
      await waitUntilRunning(server)
      return server
    },
  }
}

/** Debian's BIND in the controller's network: `www.shop.test` with a TTL of five seconds, which `maestro` may change. */
export interface NameServer {
  readonly keyFile: string
  readonly address: string
  /** What dig says of it. */
  readonly dig: () => Promise<readonly string[]>
  readonly stop: () => void
}

export async function startNameServer(folder: string, addresses: readonly string[]): Promise<NameServer> {
  const inController = ['netns', 'exec', readFleet().controller.namespace]
  const keyFile = `${folder}/maestro.key`
  const secret = Buffer.from('a secret of the name server').toString('base64')
  writeFileSync(keyFile, `key "maestro" { algorithm hmac-sha256; secret "${secret}"; };\n`, { mode: 0o600 })
  writeFileSync(
    `${folder}/named.conf`,
    `include "${keyFile}";
options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  listen-on { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
};
controls { };
zone "shop.test" { type primary; file "shop.test.zone"; allow-update { key maestro; }; };
`,
  )
  const records = addresses.map((address) => `www A ${address}`).join('\n')
  writeFileSync(
    `${folder}/shop.test.zone`,
    `$TTL 5\n@ SOA ns1 admin ( 1 60 60 600 5 )\n@ NS ns1\nns1 A 127.0.0.1\n${records}\n`,
  )
  // Under another path, for AppArmor keeps the system's own away from the folders of tests.
  copyFileSync((await execa('sh', ['-c', 'command -v named'])).stdout, `${folder}/named`)
  const child = spawn('ip', [...inController, `${folder}/named`, '-g', '-c', `${folder}/named.conf`], {
    stdio: 'ignore',
  })
  const dig = async () => {
    const { stdout } = await execa('ip', [...inController, 'dig', '+short', '@127.0.0.1', 'www.shop.test'])
    return stdout.split('\n').filter(Boolean).toSorted()
  }
  const isUp = await eventually(
    () =>
      dig().then(
        (all) => all.length > 0,
        () => false,
      ),
    20_000,
  )
  if (!isUp) throw new Error('the name server does not answer')
  return { keyFile, address: '127.0.0.1', dig, stop: () => void child.kill() }
}
