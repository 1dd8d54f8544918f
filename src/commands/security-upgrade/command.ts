import { Command } from 'commander'
import { type ChangeFlags, collect, type OnSignals, withChangeFlags, withRebootFlags } from '../../cli/flags.ts'

/** How upgrades are installed, beside the manifest. */
export interface SecurityUpgradeFlags {
  readonly allPackages?: boolean
  readonly hold?: readonly string[]
  readonly aptLockTimeout?: string
  readonly restartServices: boolean
  readonly unattendedUpgrades: boolean
}

type Flags = ChangeFlags & SecurityUpgradeFlags & { readonly reboot?: boolean }

/** `maestro security-upgrade`: installs the security upgrades that are due, exactly those that the plan names. */
export function securityUpgradeCommand(onSignals: OnSignals): Command {
  const command = new Command('security-upgrade')
    .summary('install the security upgrades that are due')
    .description(
      'Installs the security versions that the plan names and nothing else, as a job of each server that outlives a cut ' +
        'line, proves it by dpkg, and restarts the services that still run old code (never Docker). The plan refreshes the ' +
        'package lists, which is the one thing that it changes.',
    )
    .option('--reboot', 'restart the servers that require it afterwards, in the same pass')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro security-upgrade --dry-run\n  maestro security-upgrade --group web --yes',
    )
  return withChangeFlags(withRebootFlags(withUpgradeFlags(command))).action(async (flags: Flags) => {
    const { change, deployFor, securityUpgradeFor } = await import('../actions.ts')
    const [command, operationFor] = flags.reboot
      ? (['security-upgrade --reboot', deployFor({ ...flags, securityUpgrades: true })] as const)
      : (['security-upgrade', securityUpgradeFor(flags)] as const)
    await onSignals((stop) => change({ flags, stop, command, operationFor }))
  })
}

/** How upgrades are installed: of every command that installs them. */
export function withUpgradeFlags(command: Command): Command {
  return command
    .option('--all-packages', 'install whatever is newer, not only what is security; nothing is removed for it')
    .option('--no-refresh', 'plan by the package lists as they are')
    .option('--hold <package>', 'leave this package alone: name or linux-image-*; may be repeated', collect)
    .option('--apt-lock-timeout <time>', 'how long another process may hold its locks (15m)')
    .option('--no-restart-services', 'leave services on old code running')
    .option('--no-unattended-upgrades', 'leave the nightly security upgrades as they are set up')
}
