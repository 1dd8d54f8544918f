import { Command } from 'commander'
import { collect, type OnSignals, withChangeFlags, withRebootFlags } from '../../cli/flags.ts'
import { withDockerFlags } from '../docker-upgrade/flags.ts'
import { withUpgradeFlags } from '../security-upgrade/flags.ts'
import type { DeployFlags } from './flags.ts'

/** `maestro deploy`: everything that is asked for in one pass over each server, out of service once. */
export function deployCommand(onSignals: OnSignals): Command {
  const command = new Command('deploy')
    .summary("roll out the application's services; upgrade and restart the servers, each in one pass")
    .description(
      'Takes each server out of service once, does everything that is asked for, checks that it serves, and puts it back: ' +
        'security upgrades, then Docker, then one restart where one is required, then the services. Without options it rolls out the ' +
        'services of the manifest (maestro.services). A server where nothing is due stays in service.',
    )
    .option('--security-upgrades', 'install the security upgrades that are due')
    .option('--docker-upgrades', 'bring Docker to the version of the manifest')
    .option('--reboot', 'restart servers that require it, before or after the upgrades')
    .option('--services', "roll out the application's services too")
    .option('--service <name>', 'roll out this service alone; may be repeated', collect)
    .option('--pull', 'ask the registry for the images again where the files have not changed')
    .option('--rollback', 'go back to the services that were deployed before')
    .option('--profile <name>', 'the options that maestro.profiles has under this name')
    .option('--interactive', 'ask what to do, and print the command that does the same')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro deploy\n  maestro deploy --rollback\n  maestro deploy --security-upgrades --reboot --services\n  maestro deploy --profile nightly --quiet',
    )
  return withChangeFlags(withRebootFlags(withDockerFlags(withUpgradeFlags(command)))).action(
    async (flags: DeployFlags) => {
      const { deploy } = await import('../actions.ts')
      await onSignals((stop) => deploy(flags, stop))
    },
  )
}
