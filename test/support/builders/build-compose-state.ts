import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pinned, revisionOf } from '../../../src/operations/compose/files.ts'
import type { ComposeOptions } from '../../../src/operations/compose/options.ts'
import type { ComposeState, DeployedService, ServiceContainer } from '../../../src/remote/facts/compose.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import { buildFacts, known } from './build-facts.ts'

const fileOf = (name: string) => fileURLToPath(new URL(`../../../fixtures/services/${name}`, import.meta.url))

export const composePath = fileOf('compose.yml')
export const envPath = fileOf('shop.env')
const composeFile = pinned(composePath, readFileSync(composePath, 'utf8'))
const envFile = pinned(envPath, readFileSync(envPath, 'utf8'))
export const revision = revisionOf(composeFile, envFile)
export const oldRevision = 'a'.repeat(64)

/** The shop of fixtures/services, rolled out. */
export const shopOptions: ComposeOptions = {
  project: 'shop',
  compose: composeFile,
  env: envFile,
  revision,
  images: { web: 'registry.example.com/shop/web:$TAG', cache: 'redis:7.4' },
  isPart: false,
  pull: false,
  groups: ['docker'],
  timeoutMs: 60_000,
  stallTimeoutMs: 60_000,
  rollBack: true,
  keep: 2,
}

/** An image of that name in a version, as its id. */
export const imageIdOf = (service: string, version: number) =>
  `sha256:${`${Buffer.from(service).toString('hex')}${version}`.padEnd(64, '0')}`

export const buildDeployedService = (
  service: string,
  version: number,
  parts: Partial<DeployedService> = {},
): DeployedService => ({
  service,
  revision: version === 1 ? oldRevision : revision,
  image: `${service}:${version}`,
  id: imageIdOf(service, version),
  configuration: `configuration-${version}`,
  ...parts,
})

export const buildServiceContainer = (
  { service, image, id, configuration }: DeployedService,
  parts: Partial<ServiceContainer> = {},
): ServiceContainer => ({
  service,
  name: `shop-${service}-1`,
  id,
  image,
  configuration,
  state: 'running',
  exitCode: 0,
  health: undefined,
  restartPolicy: 'always',
  ...parts,
})

/** Where the old version of the shop runs as it was rolled out. */
export const oldShop = [buildDeployedService('cache', 1), buildDeployedService('web', 1)]
export const newShop = [buildDeployedService('cache', 2), buildDeployedService('web', 2)]

export const buildComposeState = (parts: Partial<ComposeState> = {}): ComposeState => ({
  compose: { version: '2.26.1', isPlugin: true },
  deployed: oldShop,
  before: [],
  isStaged: false,
  asked: [],
  containers: (parts.deployed ?? oldShop).map((one) => buildServiceContainer(one)),
  ...parts,
})

export const engine = {
  version: '27.5.1',
  client: '27.5.1',
  trouble: undefined,
  source: 'docker-ce',
  containers: [],
} as const

export const buildShopFacts = (parts: Partial<ComposeState> = {}, others: Partial<ServerFacts> = {}): ServerFacts =>
  buildFacts({ docker: known(engine), compose: known(buildComposeState(parts)), ...others })
