import { fileText } from '../../../../src/operations/unattended-upgrades/desired-config.ts'
import { unattendedUpgrades } from '../../../../src/operations/unattended-upgrades/operation.ts'
import { hashFor } from '../../../../src/operations/unattended-upgrades/settings.ts'
import { noon } from '../../builders/build-facts.ts'
import {
  buildPeriodicFacts,
  buildTimers,
  effectiveSettings,
  packageSettings,
  unattendedOptions,
} from '../../builders/build-periodic-upgrades.ts'
import { buildServer } from '../../builders/build-server.ts'
import { fakeJobs } from '../fake-jobs.ts'
import type { MemoryServer } from '../memory-server.ts'
import type { OperationModel } from './operation-model.ts'

type UnattendedState = {
  hasPackage: boolean
  ours: string | undefined
  isTimed: boolean
  notes: { timers: boolean | undefined; package: boolean; proved: string | undefined }
  installs: number
}
type Inputs = Readonly<Record<string, string>>
type Answer = Readonly<Record<string, string>>

const unit = 'apt-daily-upgrade.timer'

const scripts: Readonly<Record<string, (night: UnattendedState, inputs: Inputs) => Answer>> = {
  'unattended-upgrades/configure.sh': (night, { text = '', timers: wanted = '' }) => {
    night.notes.timers ??= night.isTimed
    night.ours = `${text}\n`
    if (wanted.includes(unit)) night.isTimed = true
    return {}
  },
  'unattended-upgrades/dry-run.sh': () => ({
    dry_locked: 'no',
    dry_ended: 'yes',
    dry_origins:
      'o=Ubuntu,a=noble-security, o=UbuntuESMApps,a=noble-apps-security, o=UbuntuESM,a=noble-infra-security, o=Ubuntu,a=noble',
    release: 'v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,c=main,b=amd64',
  }),
  'unattended-upgrades/mark-verified.sh': (night, { hash }) => {
    night.notes.proved = hash
    return {}
  },
  'unattended-upgrades/restore.sh': (night, { stop = '' }) => {
    if (stop.includes(unit)) night.isTimed = false
    night.ours = undefined
    night.notes.timers = undefined
    night.notes.proved = undefined
    return {}
  },
}

const jobsOf = (night: UnattendedState) =>
  fakeJobs({
    'unattended-upgrades-package': () => {
      if (!night.hasPackage) night.notes.package = true
      night.installs += 1
      night.hasPackage = true
    },
    'unattended-upgrades-package-back': () => {
      if (night.notes.package) night.hasPackage = false
      night.notes.package = false
    },
  })

export function fakeUnattendedServer(name: string, night: UnattendedState): MemoryServer {
  const jobs = jobsOf(night)
  const facts = () =>
    buildPeriodicFacts({
      package: night.hasPackage ? { status: 'installed', version: '2.9.1' } : { status: 'missing', candidate: '2.9.1' },
      ours: night.ours,
      options: night.ours === undefined ? packageSettings : effectiveSettings(),
      timers: buildTimers({ isEnabled: night.isTimed, isActive: night.isTimed, nextAt: noon + 3600 }),
      was: {
        timers:
          night.notes.timers === undefined
            ? undefined
            : [{ unit, isEnabled: night.notes.timers, isActive: night.notes.timers }],
        packages: night.notes.package ? ['unattended-upgrades'] : [],
        proved: night.notes.proved,
      },
    })
  return {
    server: buildServer(name),
    facts,
    state: () => structuredClone(night),
    answer: (script) => jobs(script) ?? scripts[script.files.at(-1) ?? '']?.(night, script.inputs ?? {}),
  }
}

/** Where nobody has set anything up. */
export const nothingConfigured = (): UnattendedState => ({
  hasPackage: false,
  ours: undefined,
  isTimed: false,
  notes: { timers: undefined, package: false, proved: undefined },
  installs: 0,
})

const allConfigured = (): UnattendedState => ({
  hasPackage: true,
  ours: fileText('ubuntu', unattendedOptions),
  isTimed: true,
  notes: { timers: false, package: true, proved: hashFor('ubuntu', unattendedOptions) },
  installs: 1,
})

const serversOf = (night: () => UnattendedState) => () => [
  fakeUnattendedServer('web-1', night()),
  fakeUnattendedServer('web-2', night()),
]

/** The nightly upgrades set up where there is nothing, and taken back where all is. */
export const unattendedUpgradesModels: readonly OperationModel[] = [
  { operation: () => unattendedUpgrades(unattendedOptions), servers: serversOf(nothingConfigured) },
  { operation: () => unattendedUpgrades({ ...unattendedOptions, remove: true }), servers: serversOf(allConfigured) },
]
