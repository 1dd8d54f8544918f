import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from '../../src/manifest/manifest.ts'
import { parseManifest } from '../../src/manifest/read/read.ts'
import { resolveManifest } from '../../src/manifest/resolve/resolve.ts'

const folder = fileURLToPath(new URL('../../fixtures/manifests/', import.meta.url))

export interface Fixture {
  readonly name: string
  readonly text: string
}

/** The manifests in a folder of fixtures/manifests. */
export function fixtures(kind: 'valid' | 'invalid'): readonly Fixture[] {
  const names = readdirSync(folder + kind).filter((name) => name.endsWith('.yml'))
  return names.map((name) => ({ name, text: readFileSync(`${folder}${kind}/${name}`, 'utf8') }))
}

/** What the JSON file beside a valid manifest says that it means. */
export function expectationOf({ name }: Fixture): unknown {
  return JSON.parse(readFileSync(`${folder}valid/${basename(name, '.yml')}.json`, 'utf8'))
}

export const everyKeyText = (): string => readFileSync(`${folder}every-key.yml`, 'utf8')

/** What a manifest means, environment by environment, without places in the file and settings. */
export function meaningOf({ name, text }: Fixture): Readonly<Record<string, unknown>> {
  const written = parseManifest(name, text)
  const names = written.environments.map((environment) => environment.name)
  return Object.fromEntries(names.map((one) => [one ?? '', summary(resolveManifest(written, { environment: one }))]))
}

function summary({ groups, servers, gateway, loadBalancer, settings }: Manifest) {
  return {
    groups: Object.fromEntries(groups.map(({ name, versions, serverNames }) => [name, { versions, serverNames }])),
    servers: servers.map(({ position: _, ...server }) => server),
    ...(gateway && {
      gateway: { name: gateway.name, user: gateway.user, address: gateway.address, port: gateway.port },
    }),
    ...(loadBalancer && { loadBalancer }),
    rollout: { canary: settings.rollout.canary, maxUnavailable: settings.rollout.maxUnavailable },
  }
}

/** The lines of a message that say what is wrong, without the excerpts below them. */
export const problemLines = (message: string): readonly string[] =>
  message.split('\n').filter((line) => !line.startsWith('  | '))
