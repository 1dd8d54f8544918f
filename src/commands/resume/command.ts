import { Command, Option } from 'commander'
import type { OnSignals } from '../../cli/flags.ts'
import type { ResumeFlags } from './flags.ts'

/** `maestro resume`: goes on with a run that was broken off or that failed. */
export function resumeCommand(onSignals: OnSignals): Command {
  return new Command('resume')
    .summary('go on with a run that was broken off, or that failed')
    .description(
      'Goes on with a run: what is proved is left alone, what was begun is asked how it stands, the rest is done. ' +
        'Without a run, the newest that has not come to a good end.',
    )
    .argument('[run]', 'its name, or the beginning of it')
    .option('--adopt', 'a run of another controller (refused for now: a copy on one server can steer the others)')
    .option('-m, --manifest <file>', 'with --adopt: the manifest of its servers')
    .option('-e, --environment <name>', 'with --adopt: the environment in it')
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('-y, --yes', 'agree to what is asked')
    .option('--ask-password', 'ask once for the password to log in with, for servers that take no key')
    .option('--ask-sudo-password', "ask once for sudo's password (else MAESTRO_SUDO_PASSWORD_FILE names a file of it)")
    .option('-q, --quiet', 'print only what went wrong')
    .option('-v, --verbose', 'print every server by itself')
    .addHelpText('after', '\nExamples:\n  maestro resume\n  maestro resume 20261123-091530-k3f9')
    .action(async (run: string | undefined, flags: ResumeFlags) => {
      const { adopt, resume } = await import('../actions.ts')
      await onSignals((stop) => (flags.adopt ? adopt({ run, flags, stop }) : resume({ run, flags, stop })))
    })
}
