import { fileText, type UnattendedOptions } from '../../../src/operations/unattended-upgrades/desired-config.ts'
import { hashFor } from '../../../src/operations/unattended-upgrades/settings.ts'
import type { AptSetting } from '../../../src/remote/apt-conf.ts'
import { readAptConf } from '../../../src/remote/apt-conf.ts'
import type { ServerFacts } from '../../../src/remote/facts/facts.ts'
import type { PeriodicTimer, PeriodicUpgrades } from '../../../src/remote/facts/periodic.ts'
import { aLook, noon } from './build-facts.ts'

export const options: UnattendedOptions = { remove: false, hold: [], origins: [] }

export const ourText = fileText('ubuntu', options)

export const aTimer = (unit: string, parts: Partial<PeriodicTimer> = {}): PeriodicTimer => ({
  unit,
  load: 'loaded',
  isEnabled: true,
  isActive: true,
  isRunning: false,
  nextAt: noon + 12 * 3600,
  ...parts,
})

export const timers = (parts: Partial<PeriodicTimer> = {}) => [
  aTimer('apt-daily.timer'),
  aTimer('apt-daily-upgrade.timer', parts),
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
export const aNight = (parts: Partial<PeriodicUpgrades> = {}): PeriodicUpgrades => ({
  package: { status: 'installed', version: '2.9.1' },
  options: packageSettings,
  files: [],
  isEdited: false,
  ours: undefined,
  scheduler: 'systemd',
  timers: timers(),
  was: { timers: undefined, packages: [], proved: undefined },
  ...parts,
})

export const lookAtNight = (parts: Partial<PeriodicUpgrades> = {}, others: Partial<ServerFacts> = {}): ServerFacts =>
  aLook({ periodic: { status: 'known', value: aNight(parts) }, ...others })

/** The same once our file is there. */
export const setUp = (parts: Partial<PeriodicUpgrades> = {}): Partial<PeriodicUpgrades> => ({
  ours: ourText,
  options: effective(),
  was: { timers: [], packages: [], proved: hashFor('ubuntu', options) },
  ...parts,
})

/** What apt tells of our file, with more after it. */
export const effective = (more: readonly AptSetting[] = []): readonly AptSetting[] => [
  ...readAptConf(ourText).filter(({ value }) => value !== undefined),
  ...more,
]
