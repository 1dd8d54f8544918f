import { Command, Option } from 'commander'
import { type OnSignals, withServerFlags } from '../../cli/flags.ts'
import type { DoctorFlags } from './flags.ts'

/** `maestro doctor`: what works and what does not, here and on every server. */
export function doctorCommand(onSignals: OnSignals): Command {
  const command = new Command('doctor')
    .summary('what stands in the way, here and on every server, and how to fix it')
    .description(
      'Tries everything that the other commands need: the connection phase by phase, host key, sudo, clock, disk, apt, ' +
        'systemd, Docker, the load balancer, and this computer. Says what is wrong, which commands it stops, and the line ' +
        'that puts it right. Changes nothing.',
    )
    .addHelpText('after', '\nExamples:\n  maestro doctor\n  maestro doctor --server web-2 --verbose')
  return withServerFlags(command)
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--exit-code', 'exit 10 when something is wrong')
    .option('-q, --quiet', 'print only what went wrong')
    .option('-v, --verbose', 'print everything that was tried, with its time')
    .action(async (flags: DoctorFlags) => {
      const { examineAll } = await import('../actions.ts')
      await onSignals((stop) => examineAll(flags, stop))
    })
}
