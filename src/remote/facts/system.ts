import { allOf, FieldError, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface System {
  /** `ID` of os-release: ubuntu, debian, … */
  readonly id: string
  readonly release: string
  readonly codename: string
  readonly name: string
  /** Whether the family is one that maestro can patch (dpkg and apt are there). */
  readonly hasApt: boolean
}

/** The system by os-release(5); `release` and `codename` are empty for a rolling one. */
export function readSystem(facts: Fields): System {
  const fields = new Map(allOf(facts, 'os_release').map(field))
  const id = fields.get('ID')
  if (id === undefined) throw new FieldError('os-release has no ID')
  const release = fields.get('VERSION_ID') ?? ''
  return {
    id,
    release,
    codename: fields.get('VERSION_CODENAME') ?? '',
    name: fields.get('PRETTY_NAME') ?? `${id} ${release}`.trim(),
    hasApt: yesOrNo(facts, 'has_apt'),
  }
}

// Values are quoted as in a shell; inside double quotes a backslash keeps its neighbour.
function field(line: string): [name: string, value: string] {
  const equals = line.indexOf('=')
  const value = line.slice(equals + 1).trim()
  const quoted = /^(["'])(.*)\1$/.exec(value)?.[2]
  return [line.slice(0, equals), (quoted ?? value).replaceAll(/\\([\\$"'`])/g, '$1')]
}
