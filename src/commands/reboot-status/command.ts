import { Command } from 'commander'
import {
  type OnSignals,
  type OutputFlags,
  type ServerFlags,
  withOutputFlags,
  withServerFlags,
} from '../../cli/flags.ts'

/** `maestro reboot-status`: which servers require a reboot, and why. */
export function rebootStatusCommand(onSignals: OnSignals): Command {
  const command = new Command('reboot-status')
    .summary('show which servers require a reboot, why, and since when')
    .description('Ask every server whether it requires a reboot, why, and since when. Change nothing.')
    .addHelpText('after', '\nExamples:\n  maestro reboot-status\n  maestro reboot-status --group web --output json')
  return withOutputFlags(withServerFlags(command)).action(async (flags: ServerFlags & OutputFlags) => {
    const { inspect, rebootView } = await import('../actions.ts')
    await onSignals((stop) => inspect({ flags, stop, view: rebootView }))
  })
}
