import { Command } from 'commander'
import { type OnSignals, withQuietFlags, withServerFlags } from '../../cli/flags.ts'
import type { DoctorFlags } from './flags.ts'

/** `maestro doctor`: checks this computer and every server for problems. */
export function doctorCommand(onSignals: OnSignals): Command {
  const command = new Command('doctor')
    .summary('check this computer and every server for problems, and how to fix them')
    .description(
      'Check everything that the other commands need: each phase of the connection, host key, sudo, clock, disk, apt, ' +
        'systemd, Docker, the load balancer, and this computer. Report errors and warnings with the commands that they ' +
        'stop and their fixes. Change nothing.',
    )
    .addHelpText('after', '\nExamples:\n  maestro doctor\n  maestro doctor --server web-2 --verbose')
  return withQuietFlags(withServerFlags(command))
    .option('-v, --verbose', 'print every check, with its timing')
    .option('--exit-code', 'exit 10 on errors or unknown results')
    .action(async (flags: DoctorFlags) => {
      const { diagnoseAll } = await import('../actions.ts')
      await onSignals((stop) => diagnoseAll(flags, stop))
    })
}
