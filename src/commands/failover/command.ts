import { Command } from 'commander'
import { type AskingFlags, withApplicationFlags, withAskingFlags } from '../../cli/application-flags.ts'
import type { OnSignals } from '../../cli/flags.ts'
import type { SwitchFlags } from './flags.ts'

/** `maestro failover …`: where the users' traffic goes, and how it gets to the other environment and back. */
export function failoverCommand(onSignals: OnSignals): Command {
  return new Command('failover')
    .summary("say where the users' traffic goes, move it to the other environment, move it back")
    .description(
      'Moves the address of the application (maestro.failover in the manifest) between its two environments, by signed updates of ' +
        'the DNS, the weights of a HAProxy, or a program of yours.',
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
    .summary('where the address points, by what moves it and by every name server')
    .description('Asks what moves the address, and every name server of its zone, where it points. Changes nothing.')
  return withAskingFlags(command)
    .option('--exit-code', 'exit 10 when it points at neither environment, or the name servers tell something else')
    .action(async (flags: AskingFlags) => {
      const { showFailover } = await import('../actions.ts')
      await onSignals((stop) => showFailover(flags, stop))
    })
}

function switchCommand(onSignals: OnSignals): Command {
  const command = new Command('switch')
    .summary('move the address to an environment, and watch until its users are there')
    .description(
      'Asks the environment whether it serves, moves the address, waits until every name server says so and the old answer has run ' +
        'out, and asks again through the address. A switch that fails goes back by itself.',
    )
    .argument('<environment>', 'where it is to point; nothing is done where it does')
    .option('--force', 'also when it points at neither environment')
    .option('--no-rollback', 'stay there when it fails')
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
    .description('The same as `switch`, to where the last switch from this computer moved it away from.')
  return withApplicationFlags(command).action(async (flags: SwitchFlags) => {
    const { switchFailover } = await import('../actions.ts')
    await onSignals((stop) => switchFailover({ flags: { ...flags, rollback: false }, stop, to: undefined }))
  })
}
