import { type Command, Option } from 'commander'
import { type ServerFlags, withManifestFlags } from './flags.ts'

/** Of every command that asks the application as a whole. */
export type AskingFlags = Pick<ServerFlags, 'manifest' | 'environment' | 'askPassword' | 'askSudoPassword'> & {
  readonly output: 'table' | 'json'
  readonly exitCode?: boolean
  readonly quiet?: boolean
}

/** Of every command that changes it. */
export type ApplicationFlags = AskingFlags & { readonly dryRun?: boolean; readonly yes?: boolean }

export const withAskingFlags = (command: Command) =>
  withManifestFlags(command)
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('-q, --quiet', 'print only what went wrong')
    .option('--ask-password', 'ask once for the password to log in with, for servers that take no key')
    .option('--ask-sudo-password', "ask once for sudo's password (else MAESTRO_SUDO_PASSWORD_FILE names a file of it)")

export const withApplicationFlags = (command: Command) =>
  withAskingFlags(command)
    .option('--dry-run', 'show what would be done and change nothing')
    .option('--exit-code', 'with --dry-run: exit 10 when something is due')
    .option('-y, --yes', 'agree to it')
