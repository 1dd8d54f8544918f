import type { Operation } from '../../plan/operation.ts'
import { specOf } from '../../plan/operation-spec.ts'
import type { Step } from '../../plan/step.ts'
import type { ServerFacts } from '../../remote/facts/facts.ts'
import { unattendedUpgrades as unattendedOperation } from '../unattended-upgrades/operation.ts'
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
  const nightly =
    unattendedUpgrades === null ? undefined : unattendedOperation({ ...unattendedUpgrades, remove: false })
  // needrestart looks into every process: only where somebody wants its answer.
  const libraries = restartServices ? (['needrestart'] as const) : []
  const parts = ['system', 'security', 'upgrades', 'dpkg', 'disk', ...libraries, ...(nightly?.facts ?? [])] as const
  return {
    spec: specOf('security-upgrade', securityUpgradeOptions, options),
    facts: [...new Set(parts)],
    factInputs: scopeInputs(options),
    refresh: { files: ['lib/apt.sh', 'security-upgrade/refresh.sh'], asRoot: true, timeoutMs: 10 * 60_000 },
    steps: [
      repairStep(stallTimeoutMs),
      upgradeStep(options),
      ...(restartServices ? [restartServicesStep] : []),
      ...(nightly?.steps ?? []).map(factsAfterUpgrade),
    ],
  }
}

// A problem with unattended upgrades does not block the fixes that are due today; `maestro unattended-upgrades` reports it.
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

// By then the first step has repaired it.
const repairedByUpgrade = (facts: ServerFacts): ServerFacts =>
  facts.dpkg?.status === 'known'
    ? { ...facts, dpkg: { status: 'known', value: { ...facts.dpkg.value, isInterrupted: false } } }
    : facts
