import { ManifestError } from '../../base/errors.ts'
import { readText } from '../file/read-text.ts'

const limitBytes = 64 * 1024

/**
 * The text of an env file that Compose 1 and 2 read alike: a name and a value a line. Throws a ManifestError with every line
 * that is not; what stands in it is never part of the message.
 */
export async function readEnvFile(path: string): Promise<string> {
  const text = await readText(path)
  if (Buffer.byteLength(text) > limitBytes)
    throw new ManifestError(`${path}: an env file of more than ${limitBytes / 1024} KB is not uploaded`)
  const problems = text.split(/\r?\n/).flatMap((line, index) => {
    const what = complaint(line)
    return what === undefined ? [] : [`${path}:${index + 1}: ${what}`]
  })
  if (problems.length === 0) return text
  throw new ManifestError(problems.join('\n'), { hint: 'a line is NAME=value, NAME="value" or # a remark' })
}

const double = /^"(?:[^"\\]|\\.)*"[ \t]*(?:#.*)?$/
const single = /^'[^']*'[ \t]*(?:#.*)?$/

function complaint(line: string): string | undefined {
  if (/^[ \t]*(#|$)/.test(line)) return undefined
  const { name, value } =
    /^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*(?<value>.*)$/.exec(line)?.groups ?? {}
  if (name === undefined || value === undefined) return 'there is no NAME= in this line'
  if (/^(COMPOSE|DOCKER)_/.test(name)) return `${name} configures Docker Compose itself, which maestro does`
  if (value.includes('\0')) return 'this line contains a NUL'
  const quote = value[0]
  if (quote !== '"' && quote !== "'") return undefined
  return (quote === '"' ? double : single).test(value) ? undefined : 'a quote is opened and not closed in this line'
}
