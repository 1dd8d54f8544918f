import { CommanderError } from 'commander'
import { type ExitCode, exitCodes, MaestroError } from './base/errors.ts'
import { makeProgram } from './commands/program.ts'

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
  const maestro = makeProgram({ version: MAESTRO_VERSION, onSignals }).hook('preAction', (_, action) => {
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
