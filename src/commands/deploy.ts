import { Command } from 'commander'
import { type DockerUpgradeFlags, withDockerFlags } from './docker-upgrade.ts'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRebootFlags } from './flags.ts'
import { type SecurityUpgradeFlags, withUpgradeFlags } from './security-upgrade.ts'

/** What is asked for, beside how it is done. */
export interface DeployFlags extends ChangeFlags, SecurityUpgradeFlags, DockerUpgradeFlags {
  readonly securityUpgrades?: boolean
  readonly dockerUpgrades?: boolean
  readonly reboot?: boolean
  readonly services?: boolean
  readonly profile?: string
  readonly interactive?: boolean
}

/** `maestro deploy`: everything that is asked for in one pass over each server, out of service once. */
export function deployCommand(onSignals: OnSignals): Command {
  const command = new Command('deploy')
    .summary('upgrade and restart the servers, each in one pass')
    .description(
      'Takes each server out of service once, does everything that is asked for, checks that it serves, and puts it back: ' +
        'security upgrades, then Docker, then one restart where one is required. A server where nothing is due stays in service.',
    )
    .option('--security-upgrades', 'install the security upgrades that are due')
    .option('--docker-upgrades', 'bring Docker to the version of the manifest')
    .option('--reboot', 'restart servers that require it, before or after the upgrades')
    .option('--services', "roll out the application's services too")
    .option('--profile <name>', 'the options that maestro.profiles has under this name')
    .option('--interactive', 'ask what to do, and print the command that does the same')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro deploy --security-upgrades --reboot\n  maestro deploy --profile nightly --quiet',
    )
  return withChangeFlags(withRebootFlags(withDockerFlags(withUpgradeFlags(command)))).action(
    async (flags: DeployFlags) => {
      const { deploy } = await import('./deploying.ts')
      await onSignals((stop) => deploy(flags, stop))
    },
  )
}
