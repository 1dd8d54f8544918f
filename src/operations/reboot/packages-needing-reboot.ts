import type { ServerFacts } from '../../remote/facts/facts.ts'

// Everything runs on these, so only a reboot brings a new version into use: the kernel and what it loads, the C library, and those
// for which update-notifier and needrestart request a reboot. `checks/reboot-required.ts` decides; this list only predicts.
const rebootPackages = [
  /^linux-(image|modules)(-|$)/,
  /^(intel|amd64)-microcode$/,
  /^linux-firmware$/,
  /^libc6$/,
  /^(systemd|systemd-sysv|libsystemd0|libsystemd-shared)$/,
  /^(dbus|dbus-broker|dbus-daemon|libdbus-1-3)$/,
]

/** Packages due to be upgraded after which a reboot is most likely required; a guess for the plan, never a reason to reboot. */
export function packagesNeedingReboot({ security }: ServerFacts): readonly string[] {
  if (security?.status !== 'known') return []
  return security.value.packages
    .map(({ name }) => name)
    .filter((name) => rebootPackages.some((pattern) => pattern.test(name)))
}
