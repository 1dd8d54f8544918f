import { spawnSync } from 'node:child_process'
import { appendFileSync, realpathSync } from 'node:fs'
import { expect, it } from 'vitest'

const found = new Map<string, boolean>()

/** Whether a program of that name can be started here. */
export function hasTool(name: string): boolean {
  const known = found.get(name)
  if (known !== undefined) return known
  const has = spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], { stdio: 'ignore' }).status === 0
  found.set(name, has)
  return has
}

/** Shells on this computer that a server might have as /bin/sh; every remote script runs under each of them. */
export function shells(): readonly { readonly name: string; readonly command: readonly string[] }[] {
  const known = [
    { name: 'sh', command: ['sh'] },
    { name: 'dash', command: ['dash'] },
    { name: 'bash', command: ['bash', '--posix'] },
    { name: 'busybox', command: ['busybox', 'sh'] },
  ]
  const here = known.filter(({ command }) => hasTool(command[0] ?? ''))
  if (here.length < known.length) noteLeftOut()
  // sh is dash on Debian: once is enough.
  const files = here.map(({ command }) => realpathSync(pathOf(command[0] ?? '')))
  return here.filter((_, index) => files.indexOf(files[index] ?? '') === index)
}

const pathOf = (name: string) =>
  spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', name], { encoding: 'utf8' }).stdout.trim()

/** A test that needs programs which not every computer has: where one is missing it is reported as not run, by name. */
export const itNeeds = (tools: readonly string[]) => itLacks(tools.filter((tool) => !hasTool(tool)))

/** The same for a test that also has to mount something, in a namespace of its own: only root may. */
export function itNeedsMounts(tools: readonly string[]) {
  const canMount = spawnSync('unshare', ['-m', 'true'], { stdio: 'ignore' }).status === 0
  return itLacks([...tools.filter((tool) => !hasTool(tool)), ...(canMount ? [] : ['the right to mount'])])
}

function itLacks(missing: readonly string[]) {
  if (missing.length === 0) return it
  if (process.env.MAESTRO_REQUIRE_ALL === '1') throw new Error(`these tests need ${missing.join(', ')}, not found here`)
  noteLeftOut()
  return it.skip
}

/** Puts down the file of the test that is left out: .ci/run has it run again where everything is there. */
function noteLeftOut(): void {
  if (process.env.MAESTRO_LEFT_OUT !== undefined)
    appendFileSync(process.env.MAESTRO_LEFT_OUT, `${expect.getState().testPath}\n`)
}
