import { execFile } from 'node:child_process'

const limits = { timeout: 5_000, maxBuffer: 64 * 1024 }

/** What a program of this computer prints on both streams, or undefined where it is not there or does not end well. */
export function output(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, limits, (error, stdout, stderr) =>
      resolve(error === null ? `${stdout}${stderr}`.trim() : undefined),
    )
  })
}
