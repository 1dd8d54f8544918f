import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags } from '../../cli/flags.ts'

type Flags = ChangeFlags & { readonly remove?: boolean }

/** `maestro unattended-upgrades`: sets up unattended security upgrades on every server, or restores the previous setup. */
export function unattendedUpgradesCommand(onSignals: OnSignals): Command {
  const command = new Command('unattended-upgrades')
    .summary('set up unattended security upgrades on every server')
    .description(
      'Configure every server to install security upgrades by itself every day, and verify that it will: from the security ' +
        'origins only, without a reboot, never Docker and containerd. Existing administrator settings are kept and listed.',
    )
    .option('--remove', 'restore the previous configuration')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro unattended-upgrades --dry-run\n  maestro unattended-upgrades --group web --yes',
    )
  return withChangeFlags(command).action(async (flags: Flags) => {
    const { change, unattendedUpgrades } = await import('../actions.ts')
    const remove = flags.remove === true
    await onSignals((stop) =>
      change({
        flags,
        stop,
        command: `unattended-upgrades${remove ? ' --remove' : ''}`,
        operationFor: ({ security: { hold, origins } }) => unattendedUpgrades({ remove, hold, origins }),
      }),
    )
  })
}
