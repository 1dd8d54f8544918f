import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Run } from './a-fleet.ts'

const maestro = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

interface Talk {
  readonly args: readonly string[]
  /** What is typed once a text is on the screen, each once. */
  readonly answers: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the bundle at a terminal of its own. Each question is answered once it is there: what is typed before would be shown by the terminal itself. */
export async function atTerminal(cwd: string, { args, answers, env = {} }: Talk): Promise<Run> {
  const line = [process.execPath, maestro, ...args].join(' ')
  const running = spawn('script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
  })
  onTestFinished(() => void running.kill('SIGKILL'))
  const open = new Map(Object.entries(answers))
  let stdout = ''
  running.stdout.on('data', (data) => {
    stdout += data
    for (const [question, answer] of open) {
      if (!stdout.includes(question)) continue
      open.delete(question)
      running.stdin.write(answer)
    }
  })
  const exitCode = await new Promise<number>((resolve) => running.on('close', resolve))
  return { exitCode, stdout, stderr: '' }
}
