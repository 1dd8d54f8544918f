import type { ExitCode } from '../base/errors.ts'
import { checkExecutable } from '../base/executable.ts'
import { printable } from '../base/printable.ts'
import { runProgram } from '../base/spawn.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Outcome } from '../plan/outcome.ts'

/** How a run ended, as `hooks.post_run` gets it on its stdin. */
type PostRunReport = {
  readonly command: string
  /** Absent where nothing was begun. */
  readonly run?: string
  readonly exitCode: ExitCode
  readonly outcomes: ReadonlyMap<string, Outcome>
}

const timeLimitMs = 60_000

/** Makes sure, before anything is changed, that `hooks.post_run` is executable. */
export async function checkPostRunHook({ settings: { hooks } }: Manifest): Promise<void> {
  if (hooks.postRun !== undefined) await checkExecutable(hooks.postRun, process.getuid?.())
}

/** Runs `hooks.post_run` with the report of the run. A hook that fails is reported, and changes no exit code. */
export async function runPostRunHook(manifest: Manifest, { outcomes, ...rest }: PostRunReport): Promise<void> {
  const { path, environment, settings } = manifest
  const hook = settings.hooks.postRun
  if (hook === undefined) return
  const servers = Object.fromEntries(outcomes)
  const report = { version: 1, ...rest, manifest: path, ...(environment === undefined ? {} : { environment }), servers }
  const stdin = `${JSON.stringify(report)}\n`
  const { failure } = await runProgram({ path: hook, stdin, timeLimitMs, limitBytes: 1024 * 1024 })
  if (failure !== undefined) process.stderr.write(printable(`maestro: ${hook} ${failure}`).concat('\n'))
}
