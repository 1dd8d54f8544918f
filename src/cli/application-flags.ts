import type { Command } from 'commander'
import { optionGroups, type ServerFlags, withManifestFlags, withPasswordFlags, withQuietFlags } from './flags.ts'

/** Of every command that inspects the application as a whole. */
export type AskingFlags = Pick<ServerFlags, 'manifest' | 'environment' | 'askPassword' | 'askSudoPassword'> & {
  readonly output: 'table' | 'json'
  readonly exitCode?: boolean
  readonly quiet?: boolean
}

/** Of every command that changes it. */
export type ApplicationFlags = AskingFlags & { readonly dryRun?: boolean; readonly yes?: boolean }

export const withAskingFlags = (command: Command): Command =>
  withQuietFlags(withPasswordFlags(withManifestFlags(command)))

export const withApplicationFlags = (command: Command): Command =>
  withQuietFlags(withConsentFlags(withPasswordFlags(withManifestFlags(command)))).option(
    '--exit-code',
    'with --dry-run: exit 10 if changes are due',
  )

const withConsentFlags = (command: Command): Command =>
  command
    .optionsGroup(optionGroups.plan)
    .option('--dry-run', 'print the plan and change nothing')
    .option('-y, --yes', 'apply the plan without asking')
