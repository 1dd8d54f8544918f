import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'

/** Debian's BIND on loopback, primary of `shop.test`: `www` points at 127.0.1.1, and `maestro` may change it. */
export interface NameServer {
  readonly port: number
  /** Key files as tsig-keygen writes them: one that may, one that it lets change nothing, one of an unknown name, one of a wrong secret. */
  readonly keys: Readonly<Record<'maestro' | 'idle' | 'nobody' | 'wrong', string>>
  readonly secret: string
  /** Where a name points, asked of the server itself. */
  readonly ask: (name: string) => Promise<string>
  /** Has `www` point somewhere, as somebody else would. */
  readonly point: (address: string, ttlSeconds?: number) => Promise<void>
  readonly stop: () => Promise<void>
}

const secret = Buffer.from('a secret of the name server').toString('base64')
const other = Buffer.from('another secret altogether').toString('base64')

export async function startNameServer(folder: string): Promise<NameServer> {
  mkdirSync(folder)
  const port = await freePort()
  const key = (file: string, name: string, text: string) => {
    const path = `${folder}/${file}.key`
    writeFileSync(path, `key "${name}" {\n\talgorithm hmac-sha256;\n\tsecret "${text}";\n};\n`, { mode: 0o600 })
    return path
  }
  const keys = {
    maestro: key('maestro', 'maestro', secret),
    idle: key('idle', 'idle', secret),
    nobody: key('nobody', 'nobody', secret),
    wrong: key('wrong', 'maestro', other),
  }
  writeFileSync(`${folder}/named.conf`, configuration(folder, port, [keys.maestro, keys.idle]))
  writeFileSync(`${folder}/shop.test.zone`, zone)
  chmodSync(folder, 0o755)
  // Under another path, for AppArmor keeps the system's own away from the folders of tests.
  const named = `${folder}/named`
  copyFileSync((await execa('sh', ['-c', 'command -v named'])).stdout, named)
  const child = spawn(named, ['-g', '-c', `${folder}/named.conf`], { stdio: 'ignore' })
  const ask = (name: string) => askServer(port, name)
  await until(() => ask('www.shop.test').then((at) => at === '127.0.1.1'))
  return {
    port,
    keys,
    secret,
    ask,
    point: async (address, ttlSeconds = 1) => {
      const update = `server 127.0.0.1 ${port}\nupdate delete www.shop.test\nupdate add www.shop.test ${ttlSeconds} A ${address}\nsend\n`
      await execa('nsupdate', ['-k', keys.maestro], { input: update })
    },
    stop: async () => {
      child.kill()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

const configuration = (folder: string, port: number, keys: readonly string[]) => `
${keys.map((path) => `include "${path}";`).join('\n')}
options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
};
controls { };
zone "shop.test" { type primary; file "shop.test.zone"; allow-update { key maestro; }; };
`

const zone = `$TTL 5
@ SOA ns1 admin ( 1 60 60 600 5 )
@ NS ns1
ns1 A 127.0.0.1
www A 127.0.1.1
lost A 127.0.9.9
`

async function askServer(port: number, name: string): Promise<string> {
  const resolver = new Resolver({ timeout: 2_000, tries: 3 })
  resolver.setServers([`127.0.0.1:${port}`])
  return (await resolver.resolve4(name)).sort().join(' ')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Waits for what must come in half a minute; what throws has not come yet. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error('it did not come within 30 s')
    await sleep(50)
  }
}
