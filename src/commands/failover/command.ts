import { Command } from 'commander'
import { type AskingFlags, withApplicationFlags, withAskingFlags } from '../../cli/application-flags.ts'
import type { OnSignals } from '../../cli/flags.ts'
import type { SwitchFlags } from './flags.ts'

/** `maestro failover …`: shows which environment gets traffic, and moves it to the other one and back. */
export function failoverCommand(onSignals: OnSignals): Command {
  return new Command('failover')
    .summary('show, switch or roll back the environment that gets traffic')
    .description(
      'Move the address of the application (maestro.failover in the manifest) between its two environments: by signed DNS ' +
        'updates, the weights of an HAProxy, or your own program.',
    )
    .addCommand(statusCommand(onSignals))
    .addCommand(switchCommand(onSignals))
    .addCommand(rollbackCommand(onSignals))
    .addHelpText(
      'after',
      '\nExamples:\n  maestro failover status\n  maestro failover switch production-b\n  maestro failover rollback',
    )
}

function statusCommand(onSignals: OnSignals): Command {
  const command = new Command('status')
    .summary('show where the address points')
    .description('Ask the driver and every name server of the zone where the address points. Change nothing.')
  return withAskingFlags(command)
    .option('--exit-code', 'exit 10 if it points at neither environment or name servers disagree')
    .action(async (flags: AskingFlags) => {
      const { showFailover } = await import('../actions.ts')
      await onSignals((stop) => showFailover(flags, stop))
    })
}

function switchCommand(onSignals: OnSignals): Command {
  const command = new Command('switch')
    .summary('move the address to an environment')
    .description(
      'Check the health of the environment, move the address, wait until every name server has it and cached answers have ' +
        'expired, and check the health again through the address. Roll back if that fails.',
    )
    .argument('<environment>', 'target environment; no change if the address points there already')
    .option('--force', 'also switch if the address points at neither environment')
    .option('--no-rollback', 'do not roll back a failed switch')
    .addHelpText(
      'after',
      '\nExamples:\n  maestro failover switch production-b --dry-run\n  maestro failover switch production-b --yes',
    )
  return withApplicationFlags(command).action(async (to: string, flags: SwitchFlags) => {
    const { switchFailover } = await import('../actions.ts')
    await onSignals((stop) => switchFailover({ flags, stop, to }))
  })
}

function rollbackCommand(onSignals: OnSignals): Command {
  const command = new Command('rollback')
    .summary('move the address back to where it was before the last switch')
    .description('Switch to the environment from which the last switch on this computer moved the address away.')
  return withApplicationFlags(command).action(async (flags: SwitchFlags) => {
    const { switchFailover } = await import('../actions.ts')
    await onSignals((stop) => switchFailover({ flags: { ...flags, rollback: false }, stop, to: undefined }))
  })
}
