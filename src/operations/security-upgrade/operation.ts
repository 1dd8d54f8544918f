import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { unattendedUpgrades as nightly } from '../unattended-upgrades/operation.ts'
import { type SecurityUpgradeOptions, securityUpgradeOptions } from './options.ts'
import { repairStep } from './repair-dpkg-step.ts'
import { restartServicesStep } from './restart-services-step.ts'
import { scopeInputs, upgradeStep } from './upgrade-step.ts'

/**
 * Installs the security upgrades that are due, restarts the services that still run the old code, and sets up the nightly
 * upgrades. Throws a UsageError for what unattended-upgrade could not read.
 */
export function securityUpgrade(options: SecurityUpgradeOptions): Operation {
  const { stallTimeoutMs, restartServices, unattendedUpgrades } = options
  const nights = unattendedUpgrades === null ? undefined : nightly({ ...unattendedUpgrades, remove: false })
  // needrestart looks into every process: only where somebody wants its answer.
  const libraries = restartServices ? (['needrestart'] as const) : []
  const parts = ['system', 'security', 'upgrades', 'dpkg', 'disk', ...libraries, ...(nights?.facts ?? [])] as const
  return {
    spec: specOf('security-upgrade', securityUpgradeOptions, options),
    facts: [...new Set(parts)],
    factInputs: scopeInputs(options),
    refresh: { files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 },
    steps: [
      repairStep(stallTimeoutMs),
      upgradeStep(options),
      ...(restartServices ? [restartServicesStep] : []),
      ...(nights?.steps ?? []).map(factsAfterUpgrade),
    ],
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
