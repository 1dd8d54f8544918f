import type { Operation } from '../../plan/operation.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import type { UnattendedOptions } from '../unattended-upgrades/desired-config.ts'
import { unattendedUpgrades as nightly } from '../unattended-upgrades/operation.ts'
import { repairStep } from './repair-dpkg-step.ts'
import { restartServicesStep } from './restart-services-step.ts'
import { scopeInputs, type UpgradeOptions, upgradeStep } from './upgrade-step.ts'

export interface SecurityUpgradeOptions extends Omit<UpgradeOptions, 'allPackages' | 'stallTimeoutMs'> {
  /** Whatever is newer, not only security's; absent in older journals. */
  readonly allPackages?: boolean
  /** Absent in older journals. */
  readonly stallTimeoutMs?: number
  readonly restartServices: boolean
  /** What the nights are set up with; null or absent, as in older journals: they are left as they are. */
  readonly unattendedUpgrades?: Omit<UnattendedOptions, 'remove'> | null
}

/**
 * Installs the security upgrades that are due, restarts the services that still run the old code, and sets up the nightly
 * upgrades. Throws a UsageError for what unattended-upgrade could not read.
 */
export function securityUpgrade(given: SecurityUpgradeOptions): Operation {
  const {
    hold,
    origins,
    allPackages = false,
    lockTimeoutMs,
    stallTimeoutMs = 10 * 60_000,
    restartServices,
    unattendedUpgrades = null,
  } = given
  const options = { hold, origins, allPackages, lockTimeoutMs, stallTimeoutMs }
  const nights = unattendedUpgrades === null ? undefined : nightly({ ...unattendedUpgrades, remove: false })
  // needrestart looks into every process: only where somebody wants its answer.
  const libraries = restartServices ? (['needrestart'] as const) : []
  const parts = ['system', 'security', 'upgrades', 'dpkg', 'disk', ...libraries, ...(nights?.facts ?? [])] as const
  return {
    spec: { name: 'security-upgrade', options: { ...options, restartServices, unattendedUpgrades } },
    facts: [...new Set(parts)],
    factInputs: scopeInputs(options),
    refresh: { files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 },
    pass: {
      steps: [
        repairStep(stallTimeoutMs),
        upgradeStep(options),
        ...(restartServices ? [restartServicesStep] : []),
        ...(nights?.pass.steps ?? []).map(factsAfterUpgrade),
      ],
    },
  }
}

// What keeps the nights from being set up keeps nobody from the fixes that are due today; `unattended-upgrades` says it.
const factsAfterUpgrade = (step: Step): Step => ({
  ...step,
  describe: (what) => step.describe(what).map((line) => `nightly: ${line}`),
  plan: (facts) => {
    const verdict = step.plan(repairedByUpgrade(facts))
    return verdict.status === 'blocked' || verdict.status === 'unknown'
      ? { status: 'not-due', why: verdict.why }
      : verdict
  },
})

// By then the first step has put it right.
const repairedByUpgrade = (facts: ServerFacts): ServerFacts =>
  facts.dpkg?.status === 'known'
    ? { ...facts, dpkg: { status: 'known', value: { ...facts.dpkg.value, isInterrupted: false } } }
    : facts
