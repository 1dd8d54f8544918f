import { allOf, FieldError, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Haproxy {
  readonly sockets: readonly {
    readonly path: string
    readonly isAdmin: boolean
    readonly isThere: boolean
    /** Who may use it: `haproxy:haproxy 660`. */
    readonly owner: string | undefined
  }[]
  readonly hasSocat: boolean
}

/** null: no HAProxy there. */
export function readHaproxy(facts: Fields): Haproxy | null {
  if (!yesOrNo(facts, 'haproxy_installed')) return null
  return { sockets: allOf(facts, 'haproxy_socket').map(readSocket), hasSocat: yesOrNo(facts, 'haproxy_socat') }
}

function readSocket(line: string): Haproxy['sockets'][number] {
  const [, level, presence, owner, mode, path] =
    /^(admin|operator|user) (there|missing) (\S+) ([0-7]+|-) (.+)$/.exec(line) ?? []
  if (level === undefined || path === undefined) throw new FieldError(`a line is no socket: ${line.slice(0, 60)}`)
  const isThere = presence === 'there'
  return { path, isAdmin: level === 'admin', isThere, owner: isThere ? `${owner} ${mode}` : undefined }
}
