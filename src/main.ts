import { Command, CommanderError } from 'commander'
import { type ExitCode, exitCodes, MaestroError } from './base/errors.ts'
import { completeCommand, completionCommand } from './commands/completion/command.ts'
import { deployCommand } from './commands/deploy/command.ts'
import { dockerUpgradeCommand } from './commands/docker-upgrade/command.ts'
import { doctorCommand } from './commands/doctor/command.ts'
import { failoverCommand } from './commands/failover/command.ts'
import { labCommand } from './commands/lab/command.ts'
import { manifestCommand } from './commands/manifest/command.ts'
import { manualCommand } from './commands/manual/command.ts'
import { rebootCommand } from './commands/reboot/command.ts'
import { rebootStatusCommand } from './commands/reboot-status/command.ts'
import { rebuildCommand } from './commands/rebuild/command.ts'
import { resumeCommand } from './commands/resume/command.ts'
import { runsCommand } from './commands/runs/command.ts'
import { securityUpgradeCommand } from './commands/security-upgrade/command.ts'
import { statusCommand } from './commands/status/command.ts'
import { unattendedUpgradesCommand } from './commands/unattended-upgrades/command.ts'
import { unlockCommand } from './commands/unlock/command.ts'

declare const MAESTRO_VERSION: string

const signalExitCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
} as const

/** Reads the command line, does what it says, and sets the exit code; nothing else in maestro ends the process. */
async function main(): Promise<void> {
  letPipesClose()
  process.on('uncaughtException', exitWithError)
  const maestro = program().hook('preAction', (_, action) => {
    isJson = action.opts().output === 'json'
  })
  try {
    await maestro.parseAsync()
    await endJson(exitCodeSoFar())
  } catch (error) {
    process.exitCode = await fail(error)
  }
}

// Whether the command that runs prints JSON, which always ends with the exit code.
let isJson = false

async function endJson(exitCode: ExitCode, error?: unknown): Promise<void> {
  if (!isJson) return
  const { printCommandEnd } = await import('./cli/json-output.ts')
  printCommandEnd(exitCode, error)
}

const exitCodeSoFar = () => (process.exitCode ?? exitCodes.ok) as ExitCode

async function fail(error: unknown): Promise<ExitCode> {
  const exitCode = await printError(error)
  await endJson(exitCode, error)
  return exitCode
}

function program(): Command {
  const maestro = new Command('maestro')
    .description('Keeps the servers of an application patched, over SSH, and believes only what they prove.')
    .version(MAESTRO_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .commandsGroup('Commands that look and change nothing:')
    .addCommand(statusCommand(onSignals))
    .addCommand(rebootStatusCommand(onSignals))
    .addCommand(doctorCommand(onSignals))
    .commandsGroup('Commands that change servers, each after its plan:')
    .addCommand(deployCommand(onSignals))
    .addCommand(securityUpgradeCommand(onSignals))
    .addCommand(dockerUpgradeCommand(onSignals))
    .addCommand(rebootCommand(onSignals))
    .addCommand(unattendedUpgradesCommand(onSignals))
    .commandsGroup('Commands that move the traffic:')
    .addCommand(failoverCommand(onSignals))
    .addCommand(rebuildCommand(onSignals))
    .commandsGroup('Runs, once they are begun:')
    .addCommand(resumeCommand(onSignals))
    .addCommand(runsCommand(onSignals))
    .addCommand(unlockCommand(onSignals))
    .commandsGroup('Around it:')
    .addCommand(manifestCommand(onSignals))
    .addCommand(labCommand(onSignals))
    .addCommand(completionCommand())
    .addCommand(completeCommand(), { hidden: true })
    .addCommand(manualCommand(MAESTRO_VERSION), { hidden: true })
    .helpCommand('help [command]', 'the same as <command> --help')
    .addHelpText(
      'after',
      '\nmaestro <command> --help tells more; man maestro has it all, with exit codes.\nmaestro manifest example explains every key of the manifest.',
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asOurs(text)) })
    .showHelpAfterError('  maestro --help, or maestro <command> --help, says what there is')
  inherit(maestro)
  return maestro
}

// A wrong option of any command must come back as an error with exit code 2, not end the process with 1.
function inherit(parent: Command): void {
  for (const command of parent.commands) inherit(command.copyInheritedSettings(parent).helpCommand(false))
}

// The first signal starts nothing new and lets what runs come to an orderly end; the second leaves at once.
async function onSignals(work: (stop: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController()
  for (const [signal, exitCode] of Object.entries(signalExitCodes)) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(exitCode)
      process.stderr.write(`maestro: stopping (${signal}); again to leave at once\n`)
      stop.abort(exitCode)
    })
  }
  process.exitCode = await work(stop.signal)
}

// `maestro status | head` closes the pipe early: the rest is not printed, the work and the exit code stay what they are.
function letPipesClose(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}

// What was thrown where nobody waits for it: the state is unknown, so nothing goes on.
async function exitWithError(error: unknown): Promise<void> {
  process.exit(await fail(error))
}

const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream) => (isTTY ? columns || 80 : undefined)

// What commander says of a wrong command line, in the form of our own troubles.
const asOurs = (text: string) =>
  text.replace(/^error: /, 'maestro: ').replace(/\n\(Did you mean (.*)\?\)/, '; did you mean $1?')

async function printError(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof MaestroError) {
    const { errorText } = await import('./report/error.ts')
    process.stderr.write(errorText(error, { columns: columnsOf(process.stderr) }))
    return error.exitCode
  }
  const { printableLines } = await import('./base/printable.ts')
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const about = `maestro ${MAESTRO_VERSION}, Node ${process.version}, ${process.platform}`
  process.stderr.write(
    printableLines(`maestro: this is a bug of maestro. Please report it with these lines.\n${about}\n${detail}\n`),
  )
  return exitCodes.bug
}

await main()
