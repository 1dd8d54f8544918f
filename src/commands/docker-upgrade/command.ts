import { Command } from 'commander'
import { type ChangeFlags, type OnSignals, withChangeFlags, withRefreshFlag } from '../../cli/flags.ts'
import type { DockerUpgradeFlags } from './flags.ts'
import { withDockerFlags } from './flags.ts'

// `--rollback` and `--no-rollback` are one to commander: undefined where neither is typed.
type Flags = ChangeFlags & DockerUpgradeFlags

/** `maestro docker-upgrade`: upgrades Docker to the version of the manifest, and starts the containers that ran before. */
export function dockerUpgradeCommand(onSignals: OnSignals): Command {
  const command = new Command('docker-upgrade')
    .summary('upgrade Docker to the version of the manifest')
    .description(
      'Upgrade Docker in place to docker_version: download the packages and keep the old ones while the server is in service, ' +
        'upgrade in one transaction as a job on the server, and start the containers that ran before. Roll back if that ' +
        'fails. Planning refreshes the package lists, and changes nothing else.',
    )
    .option('--apt-lock-timeout <time>', "time to wait for apt's locks (default: 15m)")
    .option('--install', 'also install Docker on servers without it')
    .option('--rollback', 'roll back to the packages kept by the last upgrade, without network')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro docker-upgrade --dry-run\n  maestro docker-upgrade --max-unavailable 1 --yes\n  maestro docker-upgrade --rollback',
    )
  return withRefreshFlag(withChangeFlags(withDockerFlags(command))).action(async (flags: Flags) => {
    const { change, dangersOfDocker, dockerUpgradeFor } = await import('../actions.ts')
    const goesBack = flags.rollback === true
    await onSignals((stop) =>
      change({
        flags,
        stop,
        command: `docker-upgrade${goesBack ? ' --rollback' : ''}`,
        operationFor: dockerUpgradeFor(flags, { goesBack }),
        dangers: [...dangersOfDocker(flags), ...(goesBack ? ['rolling Docker back to the previous version'] : [])],
      }),
    )
  })
}
