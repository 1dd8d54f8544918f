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

/** Of every command that installs upgrades. */
export function withUpgradeFlags(command: Command): Command {
  return command
    .option('--all-packages', 'install all upgrades, not only security ones; remove nothing')
    .option('--hold <package>', 'never upgrade this package (name or linux-image-*); repeatable', collect)
    .option('--apt-lock-timeout <time>', "time to wait for apt's locks (default: 15m)")
    .option('--no-restart-services', 'do not restart services that run old code')
    .option('--no-unattended-upgrades', 'do not set up unattended upgrades')
}
