import { Command } from 'commander'
import { withApplicationFlags } from '../../cli/application-flags.ts'
import { collect, type OnSignals } from '../../cli/flags.ts'
import type { RebuildFlags } from './flags.ts'

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
    .option('--data-migrated', 'confirm that database data is migrated (for example by hooks.pre_switch)')
    .option('--no-rollback', 'stay there when the switch fails')
    .option('--retire [environment]', 'instead: destroy the servers of the environment that gets no traffic')
    .option(
      '--server <name>',
      'instead: have fresh servers take the place of these, one after the other; may be repeated',
      collect,
    )
    .option('--group <name>', 'the same with all servers of a group; may be repeated', collect)
    .addHelpText(
      'after',
      '\nExamples:\n  maestro rebuild --dry-run\n  maestro rebuild --yes\n  maestro rebuild --retire production --yes\n  maestro rebuild --server web-2 --yes',
    )
  return withApplicationFlags(command).action(async (flags: RebuildFlags) => {
    const { rebuildApplication, replaceServers, retireSide } = await import('../actions.ts')
    const isOfServers = flags.server !== undefined || flags.group !== undefined
    const work = flags.retire !== undefined ? retireSide : isOfServers ? replaceServers : rebuildApplication
    await onSignals((stop) => work(flags, stop))
  })
}
