import { MaestroError } from '../../base/errors.ts'
import type { Step } from '../../plan/step.ts'
import type { Look } from '../../remote/facts/facts.ts'
import { detached } from '../job/job.ts'
import { mustHaveWorked } from '../unattended-upgrades/apt-job.ts'
import { moreThanPlanned } from '../unplanned-packages.ts'
import type { DockerUpgradeOptions } from './options.ts'
import { type Due, dockerParts, foreseeDocker } from './plan-upgrade.ts'

/** What is fetched, and what is kept of what is installed: `name=version` each. */
type Fetching = { readonly packages: readonly string[]; readonly kept: readonly string[] }

/** Fetches the new packages and keeps the old ones, while the server still serves. */
export function packagesStep(options: DockerUpgradeOptions): Step<Due, Fetching> {
  const { act, settled, finish } = detached<Fetching>({
    script: ({ packages, kept }) => ({
      files: ['lib/apt.sh', 'facts/dpkg.sh', 'lib/apt-lock.sh', 'docker-upgrade/packages.sh'],
      inputs: {
        packages: packages.join('\n'),
        kept: kept.join('\n'),
        must_keep: options.rollsBack ? 'yes' : 'no',
        lock_seconds: String(Math.ceil(options.lockTimeoutMs / 1000)),
      },
    }),
    stallTimeoutMs: options.stallTimeoutMs,
  })
  return {
    id: 'docker-packages',
    effect: 'changes',
    groups: options.groups,
    parts: dockerParts,
    foresee: (look) => {
      const verdict = foreseeDocker(look, options)
      if (verdict.is !== 'due' || verdict.what.packages.length > 0) return verdict
      return { is: 'not-due', why: 'no package changes' }
    },
    describe: () => [],
    drift: (planned, now) => moreThanPlanned(planned?.packages, now.packages),
    before: async (at, { packages, from }) => ({
      packages: packages.map(({ name, to }) => `${name}=${to}`),
      kept: from === null ? [] : installedIn(await at.look(['offers'])),
    }),
    settled,
    act,
    prove: async (at, { packages, kept }) => {
      mustHaveWorked(at, 'the packages cannot be had', await finish(at))
      if (options.rollsBack && kept.length > 0) await mustBeKept(await at.look(['offers']), kept)
      return { fetched: packages, kept }
    },
  }
}

const nameAndVersion = ({ name, version }: { readonly name: string; readonly version: string }) => `${name}=${version}`

function offersIn({ offers }: Look) {
  if (offers?.is === 'known') return offers.value
  throw new MaestroError(`which packages of Docker are there cannot be told: ${offers?.why ?? 'nobody asked'}`)
}

const installedIn = (look: Look) => offersIn(look).packages.map(nameAndVersion)

async function mustBeKept(look: Look, wanted: readonly string[]): Promise<void> {
  const have = new Set(offersIn(look).kept.map(nameAndVersion))
  const missing = wanted.filter((one) => !have.has(one))
  if (missing.length > 0) throw new MaestroError(`these are not kept for the way back: ${missing.join(', ')}`)
}
