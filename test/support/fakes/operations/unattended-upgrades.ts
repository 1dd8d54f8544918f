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

const scripts: Readonly<Record<string, (state: UnattendedState, inputs: Inputs) => Answer>> = {
  'unattended-upgrades/configure.sh': (state, { text = '', timers: wanted = '' }) => {
    state.notes.timers ??= state.isTimed
    state.ours = `${text}\n`
    if (wanted.includes(unit)) state.isTimed = true
    return {}
  },
  'unattended-upgrades/dry-run.sh': () => ({
    dry_locked: 'no',
    dry_ended: 'yes',
    dry_origins:
      'o=Ubuntu,a=noble-security, o=UbuntuESMApps,a=noble-apps-security, o=UbuntuESM,a=noble-infra-security, o=Ubuntu,a=noble',
    release: 'v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,c=main,b=amd64',
  }),
  'unattended-upgrades/mark-verified.sh': (state, { hash }) => {
    state.notes.proved = hash
    return {}
  },
  'unattended-upgrades/restore.sh': (state, { stop = '' }) => {
    if (stop.includes(unit)) state.isTimed = false
    state.ours = undefined
    state.notes.timers = undefined
    state.notes.proved = undefined
    return {}
  },
}

const jobsOf = (state: UnattendedState) =>
  fakeJobs({
    'unattended-upgrades-package': () => {
      if (!state.hasPackage) state.notes.package = true
      state.installs += 1
      state.hasPackage = true
    },
    'unattended-upgrades-package-back': () => {
      if (state.notes.package) state.hasPackage = false
      state.notes.package = false
    },
  })

export function fakeUnattendedServer(name: string, state: UnattendedState): MemoryServer {
  const jobs = jobsOf(state)
  const facts = () =>
    buildPeriodicFacts({
      package: state.hasPackage ? { status: 'installed', version: '2.9.1' } : { status: 'missing', candidate: '2.9.1' },
      ours: state.ours,
      options: state.ours === undefined ? packageSettings : effectiveSettings(),
      timers: buildTimers({ isEnabled: state.isTimed, isActive: state.isTimed, nextAt: noon + 3600 }),
      was: {
        timers:
          state.notes.timers === undefined
            ? undefined
            : [{ unit, isEnabled: state.notes.timers, isActive: state.notes.timers }],
        packages: state.notes.package ? ['unattended-upgrades'] : [],
        proved: state.notes.proved,
      },
    })
  return {
    server: buildServer(name),
    facts,
    state: () => structuredClone(state),
    answer: (script) => jobs(script) ?? scripts[script.files.at(-1) ?? '']?.(state, script.inputs ?? {}),
  }
}

/** A server without any configuration. */
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

const serversOf = (state: () => UnattendedState) => () => [
  fakeUnattendedServer('web-1', state()),
  fakeUnattendedServer('web-2', state()),
]

/** Unattended upgrades configured where there is nothing, and removed where they are configured. */
export const unattendedUpgradesModels: readonly OperationModel[] = [
  { operation: () => unattendedUpgrades(unattendedOptions), servers: serversOf(nothingConfigured) },
  { operation: () => unattendedUpgrades({ ...unattendedOptions, remove: true }), servers: serversOf(allConfigured) },
]
