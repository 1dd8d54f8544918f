import { Command } from 'commander'
import { collect, type OnSignals, positiveInteger } from '../../cli/flags.ts'
import type { LabFlags } from './flags.ts'

/** `maestro lab …`: a practice fleet on this computer. */
export function labCommand(onSignals: OnSignals): Command {
  const lab = new Command('lab')
    .summary('run a practice fleet on this computer')
    .description(
      'Run SSH servers on loopback that execute the same scripts as your own servers, against stand-ins for apt, dpkg, ' +
        'systemd and Docker. Needs no root and no network, and changes nothing on this computer.',
    )
  return lab.addCommand(upCommand(onSignals)).addCommand(runCommand(onSignals))
}

function upCommand(onSignals: OnSignals): Command {
  const command = new Command('up')
    .summary('start a fleet and keep it until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  maestro lab up\n  maestro lab up --servers 20 --fault web-2=never-returns')
  return withLabFlags(command).action(async (flags: LabFlags) => {
    const { labUp } = await import('./lab.ts')
    await onSignals((stop) => labUp(flags, stop))
  })
}

function runCommand(onSignals: OnSignals): Command {
  const command = new Command('run')
    .summary('start a fleet, run a command against it, and stop it')
    .argument('<command...>', 'command after --; in it, `maestro` is this program and finds the manifest of the lab')
    .addHelpText(
      'after',
      '\nThe exit code is that of the command.\n\nExamples:\n  maestro lab run -- maestro status\n' +
        '  maestro lab run --fault web-2=drops -- maestro security-upgrade',
    )
  return withLabFlags(command).action(async (words: readonly string[], flags: LabFlags) => {
    const { labRun } = await import('./lab.ts')
    await onSignals((stop) => labRun({ flags, words, stop }))
  })
}

function withLabFlags(command: Command): Command {
  return command
    .option('--servers <n>', 'number of servers', positiveInteger)
    .option(
      '--fault <server=fault>',
      'drops, down, slow, changed-host-key, apt-locked, failing-postinst or never-returns; repeatable',
      collect,
    )
    .option('--light', 'serve thousands of servers from memory, read-only')
    .option('--delay <ms>', 'response time of a light server', positiveInteger)
    .option('--folder <path>', 'empty or new folder, kept when the lab ends')
}
