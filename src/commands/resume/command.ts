import { Command } from 'commander'
import { type OnSignals, optionGroups, withManifestFlags, withPasswordFlags, withQuietFlags } from '../../cli/flags.ts'
import type { ResumeFlags } from './flags.ts'

/** `maestro resume`: continues an interrupted or failed run. */
export function resumeCommand(onSignals: OnSignals): Command {
  const command = new Command('resume')
    .summary('continue an interrupted or failed run')
    .description(
      'Continue a run: skip verified steps, check interrupted steps before repeating them, and do the rest. Without a run ' +
        'id, continue the newest run that is not complete.',
    )
    .argument('[run]', 'run id, or the beginning of it')
    .option('--adopt', 'take over a run of another controller (refused for now)')
    .addHelpText(
      'after',
      '\nA run has its own manifest and environment: -m and -e are for --adopt alone.\n\nExamples:\n  maestro resume\n  maestro resume 20261123-091530-k3f9',
    )
  const withConsent = withPasswordFlags(withManifestFlags(command))
    .optionsGroup(optionGroups.plan)
    .option('-y, --yes', 'continue without asking')
  return withQuietFlags(withConsent)
    .option('-v, --verbose', 'print every server on its own')
    .action(async (run: string | undefined, flags: ResumeFlags) => {
      const { adopt, resume } = await import('../actions.ts')
      await onSignals((stop) => (flags.adopt ? adopt({ run, flags, stop }) : resume({ run, flags, stop })))
    })
}
