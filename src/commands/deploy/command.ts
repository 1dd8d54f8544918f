import { Command } from 'commander'
import { collect, type OnSignals, withChangeFlags, withRebootFlags, withRefreshFlag } from '../../cli/flags.ts'
import { withDockerFlags } from '../docker-upgrade/flags.ts'
import { withUpgradeFlags } from '../security-upgrade/flags.ts'
import type { DeployFlags } from './flags.ts'

/** `maestro deploy`: all requested changes in one pass, each server drained once. */
export function deployCommand(onSignals: OnSignals): Command {
  const command = new Command('deploy')
    .summary("deploy the application's services; upgrade and reboot in the same pass")
    .description(
      'Drain each server once, make all requested changes, check its health, and put it back into service. The order is ' +
        'security upgrades, Docker, a reboot if required, services. Without options, deploy the services of the manifest ' +
        '(maestro.services). A server without changes stays in service.',
    )
    .option('--security-upgrades', 'install pending security upgrades')
    .option('--docker-upgrades', 'upgrade Docker to the version of the manifest')
    .option('--reboot', 'reboot servers that require it, before or after the upgrades')
    .option('--services', "deploy the application's services too")
    .option('--service <name>', 'deploy only this service; repeatable', collect)
    .option('--pull', 'pull images again even if the files are unchanged')
    .option('--rollback', 'roll back to the previously deployed services')
    .option('--profile <name>', 'use the options of this profile (maestro.profiles)')
    .option('--interactive', 'ask what to do, and print the equivalent command')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro deploy\n  maestro deploy --rollback\n  maestro deploy --security-upgrades --reboot --services\n  maestro deploy --profile nightly --quiet',
    )
  return withRefreshFlag(withRebootFlags(withChangeFlags(withDockerFlags(withUpgradeFlags(command))))).action(
    async (flags: DeployFlags) => {
      const { deploy } = await import('../actions.ts')
      await onSignals((stop) => deploy(flags, stop))
    },
  )
}
