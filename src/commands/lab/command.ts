import { Command } from 'commander'
import { collect, type OnSignals, positiveInteger } from '../../cli/flags.ts'
import type { LabFlags } from './flags.ts'

/** `maestro lab`: a practice fleet on this computer. */
export function labCommand(onSignals: OnSignals): Command {
  const lab = new Command('lab')
    .summary('a practice fleet on this computer, to rehearse on')
    .description(
      'Real SSH servers on loopback, which run the very scripts that your own servers would get, against stand-ins of apt, ' +
        'dpkg, systemd and Docker. Needs neither root nor a network, and changes nothing of this computer.',
    )
  return lab.addCommand(upCommand(onSignals)).addCommand(runCommand(onSignals))
}

function upCommand(onSignals: OnSignals): Command {
  const command = new Command('up')
    .summary('start one, which runs until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  maestro lab up\n  maestro lab up --servers 20 --fault web-2=never-returns')
  return withLabFlags(command).action(async (flags: LabFlags) => {
    const { labUp } = await import('./lab.ts')
    await onSignals((stop) => labUp(flags, stop))
  })
}

function runCommand(onSignals: OnSignals): Command {
  const command = new Command('run')
    .summary('start one, run a command that finds it, and end it')
    .argument('<command...>', 'after --; in it `maestro` is this very maestro, and finds the manifest of the lab')
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
    .option('--servers <n>', 'how many there are', positiveInteger)
    .option(
      '--fault <server=fault>',
      'drops, down, slow, changed-host-key, apt-locked, failing-postinst or never-returns; repeatable',
      collect,
    )
    .option('--light', 'thousands of them: they answer looks from memory, and let nothing be changed')
    .option('--delay <ms>', 'how long a light one takes to answer', positiveInteger)
    .option('--folder <path>', 'an empty one or a new one, which stays when the lab ends')
}
