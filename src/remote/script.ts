import { quote } from './quote.ts'
import { scriptText } from './script-text.ts'

export interface ScriptOptions {
  /** Paths of the script's files, the last of which defines `work`. */
  readonly files: readonly string[]
  /** Become `MAESTRO_<NAME>`; any text but NUL. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Frames the answer; must be fresh for each run, so that nothing else on stdout passes for an answer. */
  readonly nonce: string
}

/**
 * What goes to the stdin of a constant `sh -s`. A shell reads a group in braces to its end before it begins, so that a
 * transfer cut short runs nothing; functions alone would not do: cut inside `reboot_status() {`, it would run `reboot`.
 */
export function makeScript({ files, inputs = {}, nonce }: ScriptOptions): string {
  const assignments = Object.entries({ ...inputs, nonce }).map(assignment)
  return `${['{', ...assignments, ''].join('\n')}${bodyOf(files)}`
}

// A body is the same for every server of a run: joined for each, thousands of copies would wait for their end.
const bodies = new Map<string, string>()

function bodyOf(files: readonly string[]): string {
  const key = files.join(' ')
  const body = bodies.get(key) ?? `${['lib/prelude.sh', ...files].map(scriptText).join('\n')}\nmain </dev/null; }\n`
  bodies.set(key, body)
  return body
}

function assignment([name, value]: [string, string]): string {
  if (!/^[a-z][a-z_]*$/.test(name)) throw new RangeError(`${name} is no name for an input`)
  return `MAESTRO_${name.toUpperCase()}=${quote(value)}`
}
