import { Command, Option } from 'commander'
import type { OnSignals } from '../../cli/flags.ts'
import type { RunsFlags, ShowFlags } from './flags.ts'

/** `maestro runs`: what was done, when, by whom, and how it ended. */
export function runsCommand(onSignals: OnSignals): Command {
  const withOutput = (command: Command) =>
    command.addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
  const runs = new Command('runs')
    .summary('the runs so far: what was done, and how it ended')
    .description(
      'Reads the journals on this computer; contacts no server. A run is meant by its name, the beginning of it, or `last`.',
    )
  const list = withOutput(new Command('list').summary('every run, the newest first')).action(
    async (flags: RunsFlags) => {
      const { listAll } = await import('../actions.ts')
      await listAll(flags)
    },
  )
  const show = withOutput(new Command('show').summary('one run: every server, what was done and what was proved'))
    .argument('[run]', 'the run (default: last)')
    .option('--follow', 'print its events as they happen, until it has ended (exit code 1: it was broken off)')
    .action(async (run: string | undefined, flags: ShowFlags) => {
      const { showRun } = await import('../actions.ts')
      await onSignals((stop) => showRun(run, flags, stop))
    })
  const logs = withOutput(new Command('logs').summary('everything that happened on one server, in order'))
    .argument('<server>', 'its name')
    .option('--run <run>', 'the run (default: last)')
    .action(async (server: string, flags: RunsFlags & { readonly run?: string }) => {
      const { showLogs } = await import('../actions.ts')
      await showLogs(server, flags)
    })
  return runs
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(logs)
    .addHelpText(
      'after',
      '\nExamples:\n  maestro runs\n  maestro runs show last\n  maestro runs show --follow --output json\n  maestro runs logs web-2 --run 20261123',
    )
}
