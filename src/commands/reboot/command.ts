import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRebootFlags } from '../../cli/flags.ts'

type Flags = ChangeFlags & { readonly force?: boolean }

/** `maestro reboot`: restarts the servers that are due, each proved by a new boot of the same machine. */
export function rebootCommand(onSignals: OnSignals): Command {
  const command = new Command('reboot')
    .summary('restart the servers that are due')
    .description(
      'Restarts the servers that are due, a few at a time, and believes it only from a new boot of the same machine with ' +
        'the kernel, the containers and the units that it must have. What would keep a server from coming back is looked ' +
        'for first.',
    )
    .option('--force', 'also servers that are not due, or cannot be known to be')
    .addHelpText('after', '\nExamples:\n  maestro reboot --dry-run\n  maestro reboot --group web --yes')
  return withChangeFlags(withRebootFlags(command)).action(async (flags: Flags) => {
    const { change, rebootFor } = await import('../actions.ts')
    const force = flags.force === true
    await onSignals((stop) =>
      change({
        flags,
        stop,
        command: force ? 'reboot --force' : 'reboot',
        operationFor: rebootFor({ force, follows: false }),
        dangers: force ? ['restarting servers that are not due'] : [],
      }),
    )
  })
}
