import type { Command } from 'commander'
import { collect } from '../../cli/flags.ts'
/** How upgrades are installed, beside the manifest. */
export interface SecurityUpgradeFlags {
  readonly allPackages?: boolean
  readonly hold?: readonly string[]
  readonly aptLockTimeout?: string
  readonly restartServices: boolean
  readonly unattendedUpgrades: boolean
}

/** How upgrades are installed: of every command that installs them. */
export function withUpgradeFlags(command: Command): Command {
  return command
    .option('--all-packages', 'install whatever is newer, not only what is security; nothing is removed for it')
    .option('--no-refresh', 'plan by the package lists as they are')
    .option('--hold <package>', 'leave this package alone: name or linux-image-*; may be repeated', collect)
    .option('--apt-lock-timeout <time>', 'how long another process may hold its locks (15m)')
    .option('--no-restart-services', 'leave services on old code running')
    .option('--no-unattended-upgrades', 'leave the nightly security upgrades as they are set up')
}
