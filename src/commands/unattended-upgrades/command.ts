import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags } from '../../cli/flags.ts'

type Flags = ChangeFlags & { readonly remove?: boolean }

/** `maestro unattended-upgrades`: sets up the nightly security upgrades on every server, or takes that back. */
export function unattendedUpgradesCommand(onSignals: OnSignals): Command {
  const command = new Command('unattended-upgrades')
    .summary('set up the nightly security upgrades on every server')
    .description(
      'Makes every server install its security upgrades by itself each night, and proves that it will: security origins ' +
        'daily, no restart by itself, Docker and containerd left alone. What an administrator has set up stays, and is said.',
    )
    .option('--remove', 'put back what was there before')
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
