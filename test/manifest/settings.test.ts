import { describe, expect, it } from 'vitest'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'
import { manifestJsonSchema } from '../../src/manifest/schema/json-schema.ts'
import type { Settings } from '../../src/manifest/settings.ts'
import { nodeAt, toPlain } from '../../src/manifest/yaml/node.ts'
import { parseYaml } from '../../src/manifest/yaml/parse.ts'
import { everyKeyText } from '../support/fixtures/manifest-fixtures.ts'
import { keysOfSchema } from './schema-keys.ts'

function settingsOf(text: string, environment?: string): Settings {
  return resolveManifest(parseManifest('/srv/shop/Manifest.yml', text), { environment }).settings
}

/** The defaults that the descriptions of the schema state, as in `How many may be out of service (25%).` */
function statedDefaults(): readonly { readonly section: string; readonly key: string; readonly value: string }[] {
  return keysOfSchema(manifestJsonSchema()).flatMap(({ path, description }) => {
    const [, value] = /\(([^()\s]+)\)\.$/.exec(description ?? '') ?? []
    const [top, section, key] = path
    return top === 'maestro' && path.length === 3 && value
      ? [{ section: String(section), key: String(key), value }]
      : []
  })
}

type Block = Record<string, Record<string, unknown>>

const driver = { kind: 'haproxy', server: 'lb-1' }
const smallest = (): Block => ({
  health: { url: 'http://localhost' },
  services: { compose: 'compose.yml' },
  failover: { address: 'x.org', primary: 'a', secondary: 'b', driver },
  provider: { command: './bin/provider' },
})

describe('resolveManifest: settings', () => {
  it('have the defaults of the schema', () => {
    const block = smallest()
    for (const { section, key, value } of statedDefaults()) {
      block[section] = { ...block[section], [key]: key === 'groups' ? [value] : value }
    }

    expect(Object.keys(block)).toEqual(['health', 'services', 'failover', 'provider', 'ssh', 'rollout', 'security'])
    const withSides = (maestro: Block) =>
      settingsOf(JSON.stringify({ a: { docker: {} }, b: { docker: {} }, maestro }), 'a')
    expect(withSides(block)).toEqual(withSides(smallest()))
  })

  it('have the defaults that every-key.yml shows', () => {
    const { root } = parseYaml(everyKeyText())
    const shown = statedDefaults().map(({ section, key }) => root && nodeAt(root, ['maestro', section, key]))

    expect(shown.map((node) => node && [toPlain(node)].flat())).toEqual(statedDefaults().map(({ value }) => [value]))
  })

  it('have these values without a maestro block', () => {
    expect(settingsOf('docker: {}\n')).toEqual({
      ssh: {
        identityFiles: [],
        maxSessions: 64,
        maxConnecting: 64,
        maxConnectingPerGateway: 8,
        maxAgentSignatures: 16,
      },
      rollout: {
        strategy: 'rolling',
        canary: 1,
        maxUnavailable: { kind: 'percent', percent: 25 },
        maxFailures: 0,
        maxUnreachable: 0,
        order: [],
        pauseMs: 0,
        windows: [],
        stallTimeoutMs: 600_000,
        stableTimeMs: 45_000,
        readyTimeoutMs: 300_000,
        downTimeoutMs: 300_000,
        upTimeoutMs: 600_000,
        drainTimeoutMs: 300_000,
      },
      hooks: {},
      security: { unattendedUpgrades: true, hold: [], origins: [], restartServices: true },
      docker: {},
      profiles: {},
    })
  })

  it('have the same values with an empty maestro block', () => {
    expect(settingsOf('docker: {}\nmaestro:\n  ssh:\n  rollout: {pause: }\n')).toEqual(settingsOf('docker: {}\n'))
  })

  it('resolve paths from the folder of the manifest', () => {
    const { ssh, hooks, inventory, weave, docker } = settingsOf(`
maestro:
  inventory: inventory
  ssh: {identity_file: [keys/id, ~/.ssh/id, /etc/id], config: none, known_hosts: ../known_hosts}
  hooks: {pre_switch: ./bin/promote, post_run: report}
  weave: {script: bin/weave, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
  docker: {key: https://example.com/docker.asc}
`)

    expect(inventory).toBe('/srv/shop/inventory')
    expect(ssh.identityFiles).toEqual(['/srv/shop/keys/id', '~/.ssh/id', '/etc/id'])
    expect(ssh).toMatchObject({ config: 'none', knownHostsFile: '/srv/known_hosts' })
    expect(hooks).toEqual({ preSwitch: '/srv/shop/bin/promote', postRun: '/srv/shop/report' })
    expect(weave).toMatchObject({ script: '/srv/shop/bin/weave', images: [] })
    expect(docker).toEqual({ key: 'https://example.com/docker.asc' })
  })

  it('accept a single value in place of a list', () => {
    const { ssh, rollout } = settingsOf('maestro: {ssh: {identity_file: id}, rollout: {window: "02:00-03:00 UTC"}}\n')

    expect(ssh.identityFiles).toEqual(['/srv/shop/id'])
    expect(rollout.windows.map(({ text }) => text)).toEqual(['02:00-03:00 UTC'])
  })

  it.each([
    { driver: '{kind: haproxy, server: lb-1}', made: { kind: 'haproxy', server: 'lb-1' } },
    {
      driver: '{kind: haproxy, server: lb-1, backend: shop}',
      made: { kind: 'haproxy', server: 'lb-1', backend: 'shop' },
    },
    {
      driver: '{kind: command, command: ./switch}',
      made: { kind: 'command', command: '/srv/shop/switch', timeoutMs: 120_000 },
    },
    {
      driver: '{kind: rfc2136, server: 203.0.113.53, zone: x.org, key_file: tsig.key}',
      made: { kind: 'rfc2136', server: '203.0.113.53', port: 53, zone: 'x.org', keyFile: '/srv/shop/tsig.key' },
    },
    {
      driver: '{kind: rfc2136, server: ns, port: 5353, zone: Org., key_env: SHOP_KEY}',
      made: { kind: 'rfc2136', server: 'ns', port: 5353, zone: 'Org.', keyEnv: 'SHOP_KEY' },
    },
  ])('resolve failover.driver: $driver', ({ driver, made }) => {
    const { failover } = settingsOf(
      `a: {docker: {}}\nb: {docker: {}}\nmaestro: {failover: {address: x.org, primary: a, secondary: b, driver: ${driver}}}\n`,
      'a',
    )

    const usual = { targets: {}, ttlSeconds: 60, timeoutMs: 120_000 }
    expect(failover).toEqual({ address: 'x.org', primary: 'a', secondary: 'b', driver: made, ...usual })
  })

  it('lower-case failover.address, and add the default status of its url', () => {
    const { failover } = settingsOf(
      `a: {docker: {}}\nb: {docker: {}}\nmaestro: {failover: {address: x.org, primary: a, secondary: b, driver: {kind: haproxy, server: lb},
        targets: {primary: ["2001:DB8:0::1", 203.0.113.1]}, url: "https://x.org/up", status: 204, ttl: 5s, timeout: 30s}}\n`,
      'a',
    )

    expect(failover).toMatchObject({
      targets: { primary: ['2001:db8::1', '203.0.113.1'] },
      check: { url: 'https://x.org/up', status: 204 },
      ttlSeconds: 5,
      timeoutMs: 30_000,
    })
  })
})

describe('resolveManifest: maestro block of an environment', () => {
  const shared = `
maestro:
  ssh: {user: deploy, port: 2222}
  rollout: {canary: 2, max_unavailable: 50%, order: [docker, db]}
  health: {url: "http://localhost/up", status: 204, timeout: 1m}
  hooks: {drain: ./drain}
  profiles: {nightly: {reboot: true, services: true}, weekly: {reboot: true}}
  failover: {address: x.org, primary: a, secondary: b, driver: {kind: rfc2136, server: ns, zone: x.org}}
`
  const withOwn = (own: string) => settingsOf(`a: {docker: {}, maestro: ${own}}\nb: {docker: {}}\n${shared}`, 'a')

  it('overrides the shared block key by key', () => {
    const { ssh, rollout, hooks, profiles } = withOwn(
      '{ssh: {port: 22}, rollout: {order: [db]}, hooks: {undrain: ./undrain}, profiles: {nightly: {services: false}}}',
    )

    expect(ssh).toMatchObject({ user: 'deploy', port: 22 })
    expect(rollout).toMatchObject({ canary: 2, order: ['db'] })
    expect(hooks).toEqual({ drain: '/srv/shop/drain', undrain: '/srv/shop/undrain' })
    expect(profiles).toEqual({ nightly: { reboot: true, services: false }, weekly: { reboot: true } })
  })

  it('leaves other environments unchanged', () => {
    const text = `a: {docker: {}, maestro: {ssh: {port: 22}}}\nb: {docker: {}}\n${shared}`

    expect(settingsOf(text, 'b').ssh.port).toBe(2222)
  })

  it('drops an inherited health.url when it sets health.command', () => {
    expect(withOwn('{health: {command: /bin/healthy}}').health).toEqual({
      kind: 'command',
      command: '/bin/healthy',
      timeoutMs: 60_000,
    })
  })

  it('inherits health.status when it sets another health.url', () => {
    expect(withOwn('{health: {url: "http://localhost/b"}}').health).toMatchObject({
      url: 'http://localhost/b',
      status: 204,
    })
  })

  it('drops an inherited health.command when it sets health.url', () => {
    const text = 'a: {maestro: {health: {url: "http://localhost"}}}\nmaestro: {health: {command: /bin/healthy}}\n'

    expect(settingsOf(text).health).toMatchObject({ kind: 'url', url: 'http://localhost' })
  })

  it('replaces max_unavailable as a whole', () => {
    expect(withOwn('{rollout: {max_unavailable: 2}}').rollout.maxUnavailable).toEqual({ kind: 'count', count: 2 })
  })

  it('replaces failover.driver as a whole', () => {
    expect(withOwn('{failover: {driver: {kind: command, command: ./switch}}}').failover?.driver).toEqual({
      kind: 'command',
      command: '/srv/shop/switch',
      timeoutMs: 120_000,
    })
  })
})
