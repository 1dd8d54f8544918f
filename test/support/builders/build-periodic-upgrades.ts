import { fileText } from '../../../src/operations/unattended-upgrades/desired-config.ts'
import type { UnattendedOptions } from '../../../src/operations/unattended-upgrades/options.ts'
import { hashFor } from '../../../src/operations/unattended-upgrades/settings.ts'
import type { AptSetting } from '../../../src/remote/apt-conf.ts'
import { readAptConf } from '../../../src/remote/apt-conf.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { PeriodicTimer, PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import { buildFacts, noon } from './build-facts.ts'

export const unattendedOptions: UnattendedOptions = { remove: false, hold: [], origins: [] }

export const configText = fileText('ubuntu', unattendedOptions)

export const buildTimer = (unit: string, parts: Partial<PeriodicTimer> = {}): PeriodicTimer => ({
  unit,
  load: 'loaded',
  isEnabled: true,
  isActive: true,
  isRunning: false,
  nextAt: noon + 12 * 3600,
  ...parts,
})

export const buildTimers = (parts: Partial<PeriodicTimer> = {}) => [
  buildTimer('apt-daily.timer'),
  buildTimer('apt-daily-upgrade.timer', parts),
]

// What Ubuntu's packages set.
export const packageSettings = readAptConf(`
  APT::Periodic::Update-Package-Lists "1";
  APT::Periodic::Unattended-Upgrade "1";
  Unattended-Upgrade::Allowed-Origins {
    "\${distro_id}:\${distro_codename}"; "\${distro_id}:\${distro_codename}-security";
    "\${distro_id}ESMApps:\${distro_codename}-apps-security"; "\${distro_id}ESM:\${distro_codename}-infra-security";
  };`)

/** A server as Ubuntu's packages leave it, but for what is given. */
export const buildPeriodicUpgrades = (parts: Partial<PeriodicUpgrades> = {}): PeriodicUpgrades => ({
  package: { status: 'installed', version: '2.9.1' },
  options: packageSettings,
  files: [],
  isEdited: false,
  ours: undefined,
  scheduler: 'systemd',
  timers: buildTimers(),
  was: { timers: undefined, packages: [], proved: undefined },
  ...parts,
})

export const buildPeriodicFacts = (
  parts: Partial<PeriodicUpgrades> = {},
  others: Partial<ServerFacts> = {},
): ServerFacts => buildFacts({ periodic: { status: 'known', value: buildPeriodicUpgrades(parts) }, ...others })

/** The same once our file is there. */
export const configuredUpgrades = (parts: Partial<PeriodicUpgrades> = {}): Partial<PeriodicUpgrades> => ({
  ours: configText,
  options: effectiveSettings(),
  was: { timers: [], packages: [], proved: hashFor('ubuntu', unattendedOptions) },
  ...parts,
})

/** The options that apt reads from our file, with more after it. */
export const effectiveSettings = (more: readonly AptSetting[] = []): readonly AptSetting[] => [
  ...readAptConf(configText).filter(({ value }) => value !== undefined),
  ...more,
]
