import { type Command, InvalidArgumentError, Option } from 'commander'

/** Which manifest, and which of its servers: the flags of every command that contacts servers. */
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

/** How the answer is printed: the flags of every command that only inspects. */
export interface OutputFlags {
  readonly output: OutputFormat
  readonly exitCode?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** How a change rolls out over the servers; each overrides `maestro.rollout` of the manifest. */
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

/** Of every command that changes servers: plan and consent, rollout, output. */
export interface ChangeFlags extends ServerFlags, RolloutFlags {
  readonly dryRun?: boolean
  readonly savePlan?: string
  readonly plan?: string
  readonly yes?: boolean
  /** False: the package lists are not refreshed. */
  readonly refresh?: boolean
  readonly output: 'table' | 'json'
  readonly exitCode?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

// Without a default of commander's, which the help would print.
export const collect = (value: string, before: readonly string[] = []) => [...before, value]

/** The headings of options in the help; an option goes below the heading that was set last, so each function sets its own. */
export const optionGroups = {
  target: 'Target options:',
  connection: 'Connection options:',
  plan: 'Plan options:',
  rollout: 'Rollout options (default: maestro.rollout in the manifest):',
  output: 'Output options:',
} as const

export function withManifestFlags(command: Command): Command {
  return command
    .optionsGroup(optionGroups.target)
    .option(
      '-m, --manifest <file>',
      'manifest file (default: MAESTRO_MANIFEST, else Manifest.yml in this or a parent folder)',
    )
    .option('-e, --environment <name>', 'environment of the manifest, if it has several')
}

/** Which of its servers, for a command that connects to none of them. */
export function withSelectionFlags(command: Command): Command {
  return withManifestFlags(command)
    .option('--group <name>', 'only servers of this group; repeatable', collect)
    .option('--server <name>', 'only this server (name, address, web-*, web-[1-4]); repeatable', collect)
    .option('--exclude <name>', 'skip this server; repeatable', collect)
    .option('--max-servers <n>', 'only the first n servers', positiveInteger)
}

export const withServerFlags = (command: Command): Command => withPasswordFlags(withSelectionFlags(command))

export function withPasswordFlags(command: Command): Command {
  return command
    .optionsGroup(optionGroups.connection)
    .option('--ask-password', 'prompt for the login password, for servers that accept no key')
    .option('--ask-sudo-password', 'prompt for the sudo password (or set MAESTRO_SUDO_PASSWORD_FILE)')
}

/** Opens the output options, which the caller may continue. */
export function withFormatFlag(command: Command, formats: readonly string[] = ['table', 'json']): Command {
  return command
    .optionsGroup(optionGroups.output)
    .addOption(new Option('--output <format>', 'output format').choices(formats).default('table'))
}

/** The same with `--quiet`. */
export const withQuietFlags = (command: Command, formats?: readonly string[]): Command =>
  withFormatFlag(command, formats).option('-q, --quiet', 'print only failures')

export function withOutputFlags(command: Command): Command {
  return withQuietFlags(command, ['table', 'json', 'prometheus'])
    .option('-v, --verbose', 'print all details of every server')
    .option('--exit-code', 'exit 10 if something is due or unknown')
}

export function withChangeFlags(command: Command): Command {
  return withQuietFlags(withRolloutFlags(withPlanFlags(withServerFlags(command))))
    .option('-v, --verbose', 'print every server on its own')
    .option('--exit-code', 'with --dry-run: exit 10 if changes are due')
}

function withPlanFlags(command: Command): Command {
  return command
    .optionsGroup(optionGroups.plan)
    .option('--dry-run', 'print the plan and change nothing')
    .option('--save-plan <file>', 'write the plan to a file and change nothing')
    .option('--plan <file>', 'apply a saved plan and nothing else')
    .option('-y, --yes', 'apply the plan without asking')
}

function withRolloutFlags(command: Command): Command {
  return command
    .optionsGroup(optionGroups.rollout)
    .addOption(new Option('--strategy <name>', 'rollout strategy').choices(['rolling', 'serial', 'parallel']))
    .option('--canary <n>', 'servers to change first, on their own')
    .option('--max-unavailable <count>', 'servers of a group that may be unavailable at once: 2, 25%')
    .option('--max-failures <n>', 'failed servers to tolerate before no more are started')
    .option('--max-unreachable <n>', 'unreachable servers to tolerate')
    .option('--pause <time>', 'time between two batches: 30s, 5m')
    .option('--lock-wait <time>', 'time to wait for another run on the same servers')
    .option('--no-drain', 'keep servers in service while they are changed')
    .option('--drain-timeout <time>', 'time for sessions to end before a server is changed')
    .option('--window <time>', 'start changes only then: "Sat 02:00-05:00 UTC"; repeatable', collect)
}

/** How long a reboot may take: of every command that reboots servers. */
export function withRebootFlags(command: Command): Command {
  return command
    .optionsGroup(optionGroups.rollout)
    .option('--down-timeout <time>', 'time for a server to go down for a reboot')
    .option('--up-timeout <time>', 'time for a server to come back from a reboot')
}

/** Whether apt refreshes its lists before the plan is made. */
export const withRefreshFlag = (command: Command): Command =>
  command.optionsGroup(optionGroups.plan).option('--no-refresh', 'plan with the package lists as they are')

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
