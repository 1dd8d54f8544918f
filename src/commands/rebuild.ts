import { Command } from 'commander'
import { type ApplicationFlags, withApplicationFlags } from './application-flags.ts'
import type { OnSignals } from './flags.ts'

export type RebuildFlags = ApplicationFlags & {
  readonly dataIsHandled?: boolean
  /** The environment, or true: the one that gets no traffic. */
  readonly retire?: string | true
  /** False: a switch that fails stays where it is. */
  readonly rollback?: boolean
}

/** `maestro rebuild`: fresh servers instead of patched ones. */
export function rebuildCommand(onSignals: OnSignals): Command {
  const command = new Command('rebuild')
    .summary('build the application anew on fresh servers, and move the traffic there')
    .description(
      'Builds the environment of maestro.failover that gets no traffic anew: has its servers created or reinstalled ' +
        '(maestro.provider), or takes those that stand ready; brings all packages to the newest, sets up the nights, restarts; ' +
        'deploys (maestro.hooks.deploy); and once it serves, moves the address there. The other environment stays as it is, for a ' +
        'way back by `maestro failover rollback`, until it is retired. What is in databases and volumes, certificates and ' +
        'jobs are not carried over.',
    )
    .option(
      '--data-is-handled',
      'the data of databases is seen to: by a replica that hooks.before_switch promotes, say',
    )
    .option('--no-rollback', 'stay there when the switch fails')
    .option('--retire [environment]', 'instead: destroy the servers of the environment that gets no traffic')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro rebuild --dry-run\n  maestro rebuild --yes\n  maestro rebuild --retire production --yes',
    )
  return withApplicationFlags(command).action(async (flags: RebuildFlags) => {
    const { rebuildApplication } = await import('./rebuilding.ts')
    const { retireSide } = await import('./retiring.ts')
    await onSignals((stop) => (flags.retire === undefined ? rebuildApplication(flags, stop) : retireSide(flags, stop)))
  })
}
