import { compose, composeRollback } from '../../../../src/operations/compose/operation.ts'
import type { AskedImage, DeployedService } from '../../../../src/remote/facts/compose.ts'
import {
  buildDeployedService,
  buildServiceContainer,
  buildShopFacts,
  newShop,
  oldShop,
  revision,
  shopOptions,
} from '../../builders/build-compose-state.ts'
import { buildServer } from '../../builders/build-server.ts'
import { fakeJobs } from '../fake-jobs.ts'
import type { MemoryServer } from '../memory-server.ts'
import type { OperationModel } from './operation-model.ts'

type Shop = {
  staged: string | undefined
  asked: readonly AskedImage[]
  deployed: readonly DeployedService[]
  before: readonly DeployedService[]
  stagings: number
  pulls: number
  ups: number
}

export function fakeShopServer(name: string, parts: Partial<Shop> = {}): MemoryServer {
  const shop: Shop = {
    ...{ staged: undefined, asked: [], deployed: oldShop, before: [], stagings: 0, pulls: 0, ups: 0 },
    ...parts,
  }
  const bring = (records: readonly DeployedService[], before: readonly DeployedService[]) => {
    shop.before = before
    shop.deployed = records
    shop.ups += 1
  }
  const jobs = fakeJobs({
    'services-images': () => {
      if (shop.staged !== revision) throw new Error('no files were brought before')
      shop.pulls += 1
      shop.asked = newShop.map(({ service, image, id }) => ({ service, image, id, isPulled: true }))
    },
    services: () =>
      bring(
        ['cache', 'web'].map((service) => buildDeployedService(service, 2)),
        shop.deployed,
      ),
    'services-rollback': () => bring(shop.before, shop.before),
  })
  return {
    server: buildServer(name),
    facts: () =>
      buildShopFacts({
        isStaged: shop.staged === revision,
        asked: shop.asked,
        deployed: shop.deployed,
        before: shop.before,
        containers: shop.deployed.map((one) => buildServiceContainer(one)),
      }),
    // Files may be brought twice: that they are is the same as once.
    state: () => ({ ...structuredClone(shop), stagings: shop.stagings > 0 }),
    answer: (script) => {
      if (script.files.at(-1) !== 'compose/stage.sh') return jobs(script)
      shop.stagings += 1
      shop.staged = script.inputs?.revision
      return {}
    },
  }
}

/** A new version where the old one runs. */
export const composeModels: readonly OperationModel[] = [
  { operation: () => compose(shopOptions), servers: () => [fakeShopServer('web-1'), fakeShopServer('web-2')] },
]

const { project, groups, timeoutMs, stallTimeoutMs } = shopOptions
const rolledOut = { deployed: newShop, before: oldShop }

/** And the way back from it. */
export const composeRollbackModels: readonly OperationModel[] = [
  {
    operation: () => composeRollback({ project, groups, timeoutMs, stallTimeoutMs }),
    servers: () => [fakeShopServer('web-1', rolledOut), fakeShopServer('web-2', rolledOut)],
  },
]
