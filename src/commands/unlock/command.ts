import { Command } from 'commander'
import { type OnSignals, optionGroups, withFormatFlag, withServerFlags } from '../../cli/flags.ts'
import type { UnlockFlags } from './flags.ts'

/** `maestro unlock`: removes the locks that a dead run left on servers. */
export function unlockCommand(onSignals: OnSignals): Command {
  const command = new Command('unlock')
    .summary('remove the locks that a dead run left on servers')
    .description(
      'Show which run holds the lock of each server, ask, and remove the locks of dead runs. A lock stays if its run shows ' +
        'a sign of life or still has a process on the server, unless --force is given. Prefer `maestro resume` where ' +
        'it knows the run: it also does the rest of the work.',
    )
    .option('--run <run>', 'only locks of this run')
    .option('--force', 'also remove locks of runs that are alive')
    .addHelpText('after', '\nExamples:\n  maestro unlock\n  maestro unlock --server web-2 --yes')
  return withFormatFlag(withServerFlags(command))
    .optionsGroup(optionGroups.plan)
    .option('-y, --yes', 'remove the locks without asking')
    .action(async (flags: UnlockFlags) => {
      const { unlock } = await import('../actions.ts')
      await onSignals((stop) => unlock(flags, stop))
    })
}
