import type { Command } from 'commander'
/** How Docker is upgraded, beside the manifest. */
export interface DockerUpgradeFlags {
  readonly allowDowngrade?: boolean
  readonly install?: boolean
  readonly aptLockTimeout?: string
  /** False: what fails is left as it is. */
  readonly rollback?: boolean
}

/** Of every command that upgrades Docker. */
export function withDockerFlags(command: Command): Command {
  return command
    .option('--allow-downgrade', 'allow a version older than the running one')
    .option('--no-rollback', 'leave a failed server as it is, for inspection')
}
