import type { ServerFacts } from '../../remote/facts/facts.ts'

// What everything runs on, so that only a restart of the server brings all of it into use: the kernel and what it loads,
// the C library, and those that update-notifier and needrestart ask a reboot for.
const restarting = [
  /^linux-(image|modules)(-|$)/,
  /^(intel|amd64)-microcode$/,
  /^linux-firmware$/,
  /^libc6$/,
  /^(systemd|systemd-sysv|libsystemd0|libsystemd-shared)$/,
  /^(dbus|dbus-broker|dbus-daemon|libdbus-1-3)$/,
]

/** Packages due to be upgraded after which a restart is most likely due; a guess for the plan, never a reason to restart. */
export function packagesNeedingReboot({ security }: ServerFacts): readonly string[] {
  if (security?.status !== 'known') return []
  return security.value.packages
    .map(({ name }) => name)
    .filter((name) => restarting.some((pattern) => pattern.test(name)))
}
