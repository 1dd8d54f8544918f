import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRebootFlags } from '../../cli/flags.ts'
import type { SecurityUpgradeFlags } from './flags.ts'
import { withUpgradeFlags } from './flags.ts'

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
