import { Command } from 'commander'
import {
  type OnSignals,
  type OutputFlags,
  type ServerFlags,
  withOutputFlags,
  withServerFlags,
} from '../../cli/flags.ts'

/** `maestro status`: all facts that matter for patching. */
export function statusCommand(onSignals: OnSignals): Command {
  const command = new Command('status')
    .summary('show pending upgrades, reboots, disk space, Docker and more')
    .description(
      'Show all facts about every server that matter for patching: pending security upgrades, holds, required reboots, ' +
        'unattended upgrades, dpkg and its locks, disk space, Docker, Weave, OS release and end of life. Change nothing.',
    )
    .addHelpText('after', '\nExamples:\n  maestro status\n  maestro status --server web-2 --verbose')
  return withOutputFlags(withServerFlags(command)).action(async (flags: ServerFlags & OutputFlags) => {
    const { inspect, statusView } = await import('../actions.ts')
    await onSignals((stop) => inspect({ flags, stop, view: statusView }))
  })
}
