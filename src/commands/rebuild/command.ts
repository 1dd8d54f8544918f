import { Command } from 'commander'
import { withApplicationFlags } from '../../cli/application-flags.ts'
import { collect, type OnSignals, optionGroups } from '../../cli/flags.ts'
import type { RebuildEnvironmentFlags, RebuildFlags, RebuildServersFlags } from './flags.ts'

/** `maestro rebuild …`: fresh servers instead of patched ones. */
export function rebuildCommand(onSignals: OnSignals): Command {
  return new Command('rebuild')
    .summary('rebuild an environment or single servers on fresh machines')
    .description(
      'Replace servers by fresh machines instead of patching them in place. Data in databases and volumes, certificates and ' +
        'jobs are not migrated.',
    )
    .addCommand(environmentCommand(onSignals))
    .addCommand(serverCommand(onSignals))
    .addCommand(retireCommand(onSignals))
    .addHelpText(
      'after',
      '\nExamples:\n  maestro rebuild environment --dry-run\n  maestro rebuild server web-2\n  maestro rebuild retire production',
    )
}

function environmentCommand(onSignals: OnSignals): Command {
  const command = new Command('environment')
    .summary('rebuild the environment that gets no traffic, then move traffic to it')
    .description(
      'Rebuild the environment of maestro.failover that gets no traffic: create or reinstall its servers with maestro.provider ' +
        '(without one, use them as they are), upgrade all packages, set up unattended upgrades, reboot, and deploy with ' +
        'maestro.hooks.deploy. Once it is healthy, move the address to it. The other environment stays for `maestro failover ' +
        'rollback`, until `maestro rebuild retire` destroys it.',
    )
    .option('--no-rollback', 'do not roll back a failed switch')
    .addHelpText('after', '\nExamples:\n  maestro rebuild environment --dry-run\n  maestro rebuild environment --yes')
  return withRebuildFlags(command).action(async (flags: RebuildEnvironmentFlags) => {
    const { rebuildEnvironment } = await import('../actions.ts')
    await onSignals((stop) => rebuildEnvironment(flags, stop))
  })
}

function serverCommand(onSignals: OnSignals): Command {
  const command = new Command('server')
    .summary('rebuild servers one after the other')
    .description(
      'Replace servers by fresh machines, one after the other. A server with an address in the manifest is drained and ' +
        'reinstalled. For any other one, a new machine is built beside it and takes its place in the load balancer once it is ' +
        'healthy; then the old machine is destroyed.',
    )
    .argument('[server...]', 'servers to rebuild (name, address, web-*, web-[1-4])')
    .optionsGroup(optionGroups.target)
    .option('--group <name>', 'only servers of this group; repeatable', collect)
    .addHelpText(
      'after',
      '\nExamples:\n  maestro rebuild server web-2 --dry-run\n  maestro rebuild server --group docker --yes',
    )
  return withRebuildFlags(command).action(
    async (server: readonly string[], flags: Omit<RebuildServersFlags, 'server'>) => {
      const { rebuildServers } = await import('../actions.ts')
      await onSignals((stop) => rebuildServers({ ...flags, server }, stop))
    },
  )
}

function retireCommand(onSignals: OnSignals): Command {
  const command = new Command('retire')
    .summary('destroy the servers of the environment that gets no traffic')
    .description(
      'Destroy the servers of the environment that gets no traffic, once no cached DNS answer can point at it any more.',
    )
    .argument('[environment]', 'the environment (default: the one that gets no traffic)')
    .addHelpText('after', '\nExamples:\n  maestro rebuild retire --dry-run\n  maestro rebuild retire production --yes')
  return withRebuildFlags(command).action(async (environment: string | undefined, flags: RebuildFlags) => {
    const { retireEnvironment } = await import('../actions.ts')
    await onSignals((stop) => retireEnvironment({ flags, stop, environment }))
  })
}

const withRebuildFlags = (command: Command): Command =>
  withApplicationFlags(command)
    .optionsGroup(optionGroups.plan)
    .option('--data-migrated', 'confirm that database data is migrated (for example by hooks.pre_switch)')
