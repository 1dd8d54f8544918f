import { Command } from 'commander'
import {
  type OnSignals,
  type OutputFlags,
  type ServerFlags,
  withOutputFlags,
  withServerFlags,
} from '../../cli/flags.ts'

/** `maestro reboot-status`: which servers need a restart, and why. */
export function rebootStatusCommand(onSignals: OnSignals): Command {
  const command = new Command('reboot-status')
    .summary('which servers need a restart, why, and since when')
    .description('Asks every server whether it needs a restart, why, and since when. Changes nothing.')
    .addHelpText('after', '\nExamples:\n  maestro reboot-status\n  maestro reboot-status --group web --output json')
  return withOutputFlags(withServerFlags(command)).action(async (flags: ServerFlags & OutputFlags) => {
    const { look, rebootView } = await import('../actions.ts')
    await onSignals((stop) => look({ flags, stop, view: rebootView }))
  })
}
