import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags } from '../../cli/flags.ts'
import type { DockerUpgradeFlags } from './flags.ts'
import { withDockerFlags } from './flags.ts'

// `--rollback` and `--no-rollback` are one to commander: undefined where neither is typed.
type Flags = ChangeFlags & DockerUpgradeFlags

/** `maestro docker-upgrade`: brings Docker to the version of the manifest, with everything that ran before running after. */
export function dockerUpgradeCommand(onSignals: OnSignals): Command {
  const command = new Command('docker-upgrade')
    .summary('bring Docker to the version of the manifest')
    .description(
      'Brings Docker to docker_version in place: fetches the packages and keeps the old ones while the server serves, changes ' +
        'them in one transaction as a job of the server, starts what ran before, and goes back by itself where that fails. ' +
        'The plan refreshes the package lists, which is the one thing that it changes.',
    )
    .option('--no-refresh', 'plan by the package lists as they are')
    .option('--apt-lock-timeout <time>', 'how long another process may hold its locks (15m)')
    .option('--install', 'also where there is no Docker yet')
    .option('--rollback', 'go back to the packages that the last upgrade has kept on each server, without a network')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro docker-upgrade --dry-run\n  maestro docker-upgrade --max-unavailable 1 --yes\n  maestro docker-upgrade --rollback',
    )
  return withChangeFlags(withDockerFlags(command)).action(async (flags: Flags) => {
    const { change, dangersOfDocker, dockerUpgradeFor } = await import('../actions.ts')
    const goesBack = flags.rollback === true
    await onSignals((stop) =>
      change({
        flags,
        stop,
        command: `docker-upgrade${goesBack ? ' --rollback' : ''}`,
        operationFor: dockerUpgradeFor(flags, { goesBack }),
        dangers: [...dangersOfDocker(flags), ...(goesBack ? ['going back to the Docker that was there before'] : [])],
      }),
    )
  })
}
