import { Command, Option } from 'commander'
import { type OnSignals, withServerFlags } from '../../cli/flags.ts'
import type { UnlockFlags } from './flags.ts'

/** `maestro unlock`: takes away the locks that a dead run has left on servers. */
export function unlockCommand(onSignals: OnSignals): Command {
  const command = new Command('unlock')
    .summary('take away the locks that a dead run has left')
    .description(
      'Shows who has locked which servers, asks, and takes the locks away. A lock whose run shows signs of life, ' +
        'or of which something still works on the server, stays unless --force says otherwise. ' +
        'Better where the run is known here: `maestro resume`, which also does what is left.',
    )
    .option('--run <run>', 'only locks of this run')
    .option('--force', 'also a lock whose run is alive')
    .option('-y, --yes', 'agree to it')
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExamples:\n  maestro unlock\n  maestro unlock --server web-2 --yes')
  return withServerFlags(command).action(async (flags: UnlockFlags) => {
    const { unlock } = await import('../actions.ts')
    await onSignals((stop) => unlock(flags, stop))
  })
}
