import { Command } from 'commander'
import type { OnSignals } from '../cli/flags.ts'
import { completeCommand, completionCommand } from './completion/command.ts'
import { deployCommand } from './deploy/command.ts'
import { dockerUpgradeCommand } from './docker-upgrade/command.ts'
import { doctorCommand } from './doctor/command.ts'
import { failoverCommand } from './failover/command.ts'
import { labCommand } from './lab/command.ts'
import { manifestCommand } from './manifest/command.ts'
import { manualCommand } from './manual/command.ts'
import { descriptionOf } from './manual/description.ts'
import { rebootCommand } from './reboot/command.ts'
import { rebootStatusCommand } from './reboot-status/command.ts'
import { rebuildCommand } from './rebuild/command.ts'
import { resumeCommand } from './resume/command.ts'
import { runsCommand } from './runs/command.ts'
import { securityUpgradeCommand } from './security-upgrade/command.ts'
import { statusCommand } from './status/command.ts'
import { unattendedUpgradesCommand } from './unattended-upgrades/command.ts'
import { unlockCommand } from './unlock/command.ts'

type ProgramOptions = { readonly version: string; readonly onSignals: OnSignals }

/** `maestro` with all its commands, their words and options; none of what they do is loaded yet. */
export function makeProgram({ version, onSignals }: ProgramOptions): Command {
  const maestro = new Command('maestro')
    .description('Patch the servers of an application over SSH, and verify every change.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ subcommandTerm: (command) => command.name(), commandDescription: descriptionOf })
    .commandsGroup('Inspection commands:')
    .addCommand(statusCommand(onSignals))
    .addCommand(rebootStatusCommand(onSignals))
    .addCommand(doctorCommand(onSignals))
    .commandsGroup('Change commands:')
    .addCommand(deployCommand(onSignals))
    .addCommand(securityUpgradeCommand(onSignals))
    .addCommand(dockerUpgradeCommand(onSignals))
    .addCommand(rebootCommand(onSignals))
    .addCommand(unattendedUpgradesCommand(onSignals))
    .commandsGroup('Traffic commands:')
    .addCommand(failoverCommand(onSignals))
    .addCommand(rebuildCommand(onSignals))
    .commandsGroup('Run commands:')
    .addCommand(resumeCommand(onSignals))
    .addCommand(runsCommand(onSignals))
    .addCommand(unlockCommand(onSignals))
    .commandsGroup('Other commands:')
    .addCommand(manifestCommand(onSignals))
    .addCommand(labCommand(onSignals))
    .addCommand(completionCommand())
    .addCommand(completeCommand(), { hidden: true })
    .addCommand(manualCommand(version), { hidden: true })
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText(
      'after',
      '\nRun maestro <command> --help for the options of a command; man maestro is the\nwhole manual. maestro manifest example explains every key of the manifest.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(inOurForm(text)) })
    .showHelpAfterError('  see maestro --help, or maestro <command> --help')
  inheritSettings(maestro)
  return maestro
}

// A wrong option of any command must come back as an error with exit code 2, not end the process with 1.
function inheritSettings(parent: Command): void {
  for (const command of parent.commands) inheritSettings(command.copyInheritedSettings(parent).helpCommand(false))
}

// What commander says of a wrong command line, in the form of maestro's own errors.
const inOurForm = (text: string) =>
  text.replace(/^error: /, 'maestro: ').replace(/\n\(Did you mean (.*)\?\)/, '; did you mean $1?')
