import type { Command } from 'commander'
/** How Docker is upgraded, beside the manifest. */
export interface DockerUpgradeFlags {
  readonly allowDowngrade?: boolean
  readonly install?: boolean
  readonly aptLockTimeout?: string
  /** False: what fails is left as it is. */
  readonly rollback?: boolean
}

/** How Docker is upgraded: of every command that does. */
export function withDockerFlags(command: Command): Command {
  return command
    .option('--allow-downgrade', 'also to an older version than the one that runs')
    .option('--no-rollback', 'leave a server where it fails as it is, to look at it')
}
