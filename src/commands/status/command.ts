import { Command } from 'commander'
import {
  type OnSignals,
  type OutputFlags,
  type ServerFlags,
  withOutputFlags,
  withServerFlags,
} from '../../cli/flags.ts'

/** `maestro status`: the whole look at every server. */
export function statusCommand(onSignals: OnSignals): Command {
  const command = new Command('status')
    .summary('the whole look: security, restarts, disk, Docker and more')
    .description(
      'Asks every server for everything that bears on patching it: pending security upgrades, holds, restart, ' +
        'nightly upgrades, dpkg and who holds its locks, disk, Docker, Weave, release and end of life. Changes nothing.',
    )
    .addHelpText('after', '\nExamples:\n  maestro status\n  maestro status --server web-2 --verbose')
  return withOutputFlags(withServerFlags(command)).action(async (flags: ServerFlags & OutputFlags) => {
    const { look, statusView } = await import('../actions.ts')
    await onSignals((stop) => look({ flags, stop, view: statusView }))
  })
}
