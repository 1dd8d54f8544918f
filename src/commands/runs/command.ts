import { Command } from 'commander'
import { type OnSignals, withFormatFlag } from '../../cli/flags.ts'
import type { RunsFlags, ShowFlags } from './flags.ts'

/** `maestro runs …`: past runs, their changes and results. */
export function runsCommand(onSignals: OnSignals): Command {
  const runs = new Command('runs')
    .summary('list past runs and show their results')
    .description(
      'Read the journals on this computer, and contact no server. A run is given by its id, the beginning of it, or `last`.',
    )
  const list = withFormatFlag(new Command('list').summary('list all runs, newest first')).action(
    async (flags: RunsFlags) => {
      const { printRuns } = await import('../actions.ts')
      await printRuns(flags)
    },
  )
  const show = withFormatFlag(
    new Command('show').summary('show one run: the changes on every server and their verification'),
  )
    .argument('[run]', 'run id (default: last)')
    .option('--follow', 'print events as they happen, until the run ends (exit code 1: it was broken off)')
    .action(async (run: string | undefined, flags: ShowFlags) => {
      const { showRun } = await import('../actions.ts')
      await onSignals((stop) => showRun(run, flags, stop))
    })
  const logsCommand = new Command('logs')
    .summary('show every event on one server, in order')
    .argument('<server>', 'name of the server')
    .option('--run <run>', 'run id (default: last)')
  const logs = withFormatFlag(logsCommand).action(
    async (server: string, flags: RunsFlags & { readonly run?: string }) => {
      const { showLogs } = await import('../actions.ts')
      await showLogs(server, flags)
    },
  )
  return runs
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(logs)
    .addHelpText(
      'after',
      '\nExamples:\n  maestro runs\n  maestro runs show last\n  maestro runs show --follow --output json\n  maestro runs logs web-2 --run 20261123',
    )
}
