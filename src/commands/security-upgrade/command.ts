import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRebootFlags, withRefreshFlag } from '../../cli/flags.ts'
import type { SecurityUpgradeFlags } from './flags.ts'
import { withUpgradeFlags } from './flags.ts'

type Flags = ChangeFlags & SecurityUpgradeFlags & { readonly reboot?: boolean }

/** `maestro security-upgrade`: installs pending security upgrades, exactly those in the plan. */
export function securityUpgradeCommand(onSignals: OnSignals): Command {
  const command = new Command('security-upgrade')
    .summary('install pending security upgrades')
    .description(
      'Install exactly the security upgrades in the plan, as a job on each server that survives a lost connection. Verify ' +
        'the result with dpkg, and restart services that still run old code (never Docker). Planning refreshes the package ' +
        'lists, and changes nothing else.',
    )
    .option('--reboot', 'then reboot servers that require it, in the same pass')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro security-upgrade --dry-run\n  maestro security-upgrade --group web --yes',
    )
  return withRefreshFlag(withRebootFlags(withChangeFlags(withUpgradeFlags(command)))).action(async (flags: Flags) => {
    const { change, deployFor, securityUpgradeFor } = await import('../actions.ts')
    const [command, operationFor] = flags.reboot
      ? (['security-upgrade --reboot', deployFor({ ...flags, securityUpgrades: true })] as const)
      : (['security-upgrade', securityUpgradeFor(flags)] as const)
    await onSignals((stop) => change({ flags, stop, command, operationFor }))
  })
}
