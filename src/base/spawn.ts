/** One of the user's own programs, as his manifest names it; it runs on this computer. */
export interface Program {
  readonly path: string
  readonly args?: readonly string[]
  /** Beside the environment of maestro itself. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeLimitMs: number
  /** What it may print; one that prints more is ended. */
  readonly limitBytes: number
}

export interface ProgramResult {
  readonly stdout: string
  readonly stderr: string
  /** How it failed, as it goes on after its name: `ended with exit code 3: no route`. Undefined: exit code 0. */
  readonly failure: string | undefined
}

/** Runs a program to its end, or to the end of its time; never throws for what it does. */
export async function runProgram({
  path,
  args = [],
  env = {},
  stdin,
  timeLimitMs,
  limitBytes,
}: Program): Promise<ProgramResult> {
  const { execa } = await import('execa')
  const result = await execa(path, args, {
    env,
    reject: false,
    timeout: timeLimitMs,
    forceKillAfterDelay: 2_000,
    maxBuffer: limitBytes,
    ...(stdin === undefined ? { stdin: 'ignore' as const } : { input: stdin }),
  })
  const { stdout, stderr } = result
  // Who has read enough of its stdin may close it.
  const isFine = !result.failed || (result.code === 'EPIPE' && result.exitCode === 0)
  return { stdout, stderr, failure: isFine ? undefined : failureOf(result, { timeLimitMs, limitBytes }) }
}

type Failure = {
  readonly timedOut: boolean
  readonly isMaxBuffer: boolean
  readonly exitCode?: number | undefined
  readonly stderr: string
  readonly code?: string | undefined
  readonly signal?: string | undefined
}

type Limits = Pick<Program, 'timeLimitMs' | 'limitBytes'>

function failureOf({ timedOut, isMaxBuffer, exitCode, stderr, code, signal }: Failure, limits: Limits): string {
  if (timedOut) return `did not answer within ${limits.timeLimitMs / 1000} s`
  if (isMaxBuffer) return `printed more than ${Math.round(limits.limitBytes / 1024 / 1024)} MB`
  if (code === 'ENOENT') return 'is not there'
  if (code === 'EACCES') return 'cannot be executed (chmod +x)'
  if (exitCode === undefined) return `was ended by ${signal ?? code ?? 'the system'}`
  const lastLine = stderr.trim().split('\n').at(-1) ?? ''
  return `ended with exit code ${exitCode}${lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`}`
}
