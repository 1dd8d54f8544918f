import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ExitCode } from '../errors.ts'

/** Which manifest, and which of its servers: the flags of every command that touches servers. */
export interface ServerFlags {
  readonly manifest?: string
  readonly environment?: string
  readonly group?: readonly string[]
  readonly server?: readonly string[]
  readonly exclude?: readonly string[]
  readonly limit?: number
}

/** Does work that a signal may stop (the reason is then the exit code), and sets the exit code to what it returns. */
export type OnSignals = (work: (stop: AbortSignal) => Promise<ExitCode>) => Promise<void>

type OutputFormat = 'table' | 'json' | 'prometheus'

/** How the answer is printed: the flags of every command that looks. */
export interface OutputFlags {
  readonly output: OutputFormat
  readonly exitCode?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

// Without a default of commander's, which the help would print.
const collect = (value: string, before: readonly string[] = []) => [...before, value]

export function withManifestFlags(command: Command): Command {
  return command
    .option('-m, --manifest <file>', 'the manifest (else MAESTRO_MANIFEST, else Manifest.yml here or above)')
    .option('-e, --environment <name>', 'the environment in it, where it has several')
}

export function withServerFlags(command: Command): Command {
  return withManifestFlags(command)
    .option('--group <name>', 'only servers of this group; may be repeated', collect)
    .option('--server <name>', 'only this server: name, address, web-*, web-[1-4]; may be repeated', collect)
    .option('--exclude <name>', 'not this server; may be repeated', collect)
    .option('--limit <n>', 'only the first n of them', positiveInteger)
}

export function withOutputFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--output <format>', 'how to print it').choices(['table', 'json', 'prometheus']).default('table'),
    )
    .option('--exit-code', 'exit 10 when something is due or unknown')
    .option('-q, --quiet', 'print only what went wrong')
    .option('-v, --verbose', 'print everything that is known')
}

function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
