import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRebootFlags } from '../../cli/flags.ts'

type Flags = ChangeFlags & { readonly force?: boolean }

/** `maestro reboot`: reboots the servers that need it, each verified by a new boot of the same machine. */
export function rebootCommand(onSignals: OnSignals): Command {
  const command = new Command('reboot')
    .summary('reboot the servers that need it')
    .description(
      'Reboot the servers that need it, a few at a time. First check for anything that would keep a server from coming ' +
        'back; afterwards verify a new boot of the same machine with the expected kernel, containers and units.',
    )
    .option('--force', 'also reboot servers that do not need it, or might not')
    .addHelpText('after', '\nExamples:\n  maestro reboot --dry-run\n  maestro reboot --group web --yes')
  return withRebootFlags(withChangeFlags(command)).action(async (flags: Flags) => {
    const { change, rebootFor } = await import('../actions.ts')
    const force = flags.force === true
    await onSignals((stop) =>
      change({
        flags,
        stop,
        command: force ? 'reboot --force' : 'reboot',
        operationFor: rebootFor({ force, follows: false }),
        dangers: force ? ['rebooting servers that do not need it'] : [],
      }),
    )
  })
}
