import { type Command, InvalidArgumentError, Option } from 'commander'

/** Which manifest, and which of its servers: the flags of every command that touches servers. */
export interface ServerFlags {
  readonly manifest?: string
  readonly environment?: string
  readonly group?: readonly string[]
  readonly server?: readonly string[]
  readonly exclude?: readonly string[]
  readonly maxServers?: number
  readonly askPassword?: boolean
  readonly askSudoPassword?: boolean
}

/** Does work that a signal may stop (the reason is then the exit code), and sets the exit code to what it returns. */
export type OnSignals = (work: (stop: AbortSignal) => Promise<number>) => Promise<void>

type OutputFormat = 'table' | 'json' | 'prometheus'

/** How the answer is printed: the flags of every command that looks. */
export interface OutputFlags {
  readonly output: OutputFormat
  readonly exitCode?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** How a change rolls over the servers; each instead of the manifest's `maestro.rollout`. */
export interface RolloutFlags {
  readonly strategy?: 'rolling' | 'serial' | 'parallel'
  readonly canary?: string
  readonly maxUnavailable?: string
  readonly maxFailures?: string
  readonly maxUnreachable?: string
  readonly pause?: string
  readonly window?: readonly string[]
  readonly drainTimeout?: string
  readonly downTimeout?: string
  readonly upTimeout?: string
  readonly lockWait?: string
  /** False: servers stay in service while they are changed. */
  readonly drain?: boolean
}

/** Of every command that changes servers: what is shown and agreed to before. */
export interface ChangeFlags extends ServerFlags, RolloutFlags {
  readonly dryRun?: boolean
  readonly savePlan?: string
  readonly plan?: string
  readonly yes?: boolean
  /** False: the package lists stay as they are. */
  readonly refresh?: boolean
  readonly output: 'table' | 'json'
  readonly exitCode?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

// Without a default of commander's, which the help would print.
export const collect = (value: string, before: readonly string[] = []) => [...before, value]

const printing = 'How it is printed:'

export function withManifestFlags(command: Command): Command {
  return command
    .optionsGroup('Which servers:')
    .option('-m, --manifest <file>', 'the manifest (else MAESTRO_MANIFEST, else Manifest.yml here or above)')
    .option('-e, --environment <name>', 'the environment in it, where it has several')
}

export function withServerFlags(command: Command): Command {
  return withSelectionFlags(command)
    .optionsGroup('How they are reached:')
    .option('--ask-password', 'ask once for the password to log in with, for servers that take no key')
    .option('--ask-sudo-password', "ask once for sudo's password (else MAESTRO_SUDO_PASSWORD_FILE names a file of it)")
}

/** The same without passwords, for a command that contacts nobody. */
export function withSelectionFlags(command: Command): Command {
  return withManifestFlags(command)
    .option('--group <name>', 'only servers of this group; may be repeated', collect)
    .option('--server <name>', 'only this server: name, address, web-*, web-[1-4]; may be repeated', collect)
    .option('--exclude <name>', 'not this server; may be repeated', collect)
    .option('--max-servers <n>', 'only the first n of them', positiveInteger)
}

export function withOutputFlags(command: Command): Command {
  return command
    .optionsGroup(printing)
    .addOption(
      new Option('--output <format>', 'how to print it').choices(['table', 'json', 'prometheus']).default('table'),
    )
    .option('--exit-code', 'exit 10 when something is due or unknown')
    .option('-q, --quiet', 'print only what went wrong')
    .option('-v, --verbose', 'print everything that is known')
}

export function withChangeFlags(command: Command): Command {
  return withServerFlags(command)
    .optionsGroup('The plan, and your consent:')
    .option('--dry-run', 'show the plan and change nothing')
    .option('--save-plan <file>', 'write the plan to a file and change nothing')
    .option('--plan <file>', 'do what a saved plan says, and nothing more')
    .option('-y, --yes', 'agree to the plan')
    .optionsGroup("How it goes over the servers (else the manifest's maestro.rollout):")
    .addOption(
      new Option('--strategy <how>', 'how it goes over the servers').choices(['rolling', 'serial', 'parallel']),
    )
    .option('--canary <n>', 'how many go first, alone')
    .option('--max-unavailable <share>', 'how many of a group may be away at once: 2, 25%')
    .option('--max-failures <n>', 'how many may fail before nothing new is begun')
    .option('--max-unreachable <n>', 'how many may be out of reach')
    .option('--pause <time>', 'between two batches: 30s, 5m')
    .option('--lock-wait <time>', 'how long to wait for another run that works on these servers')
    .option('--no-drain', 'leave servers in service while they are changed')
    .option('--drain-timeout <time>', 'how long sessions may take to end before a server is changed')
    .option('--window <time>', 'when changes may start: "Sat 02:00-05:00 UTC"; may be repeated', collect)
    .optionsGroup(printing)
    .addOption(new Option('--output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .option('--exit-code', 'with --dry-run: exit 10 when something is due or unknown')
    .option('-q, --quiet', 'print only what went wrong')
    .option('-v, --verbose', 'print every server by itself')
}

/** How long a restart may take: of every command that restarts servers. */
export function withRebootFlags(command: Command): Command {
  return command
    .option('--down-timeout <time>', 'how long a server may take to go down')
    .option('--up-timeout <time>', 'how long a server may take to come back')
}

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
