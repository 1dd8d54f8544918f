import { allOf, FactError, type Facts, yes } from '../fields.ts'
import type { Balancer } from './facts.ts'

/** null: no HAProxy there. */
export function readBalancer(facts: Facts): Balancer | null {
  if (!yes(facts, 'balancer_installed')) return null
  return { sockets: allOf(facts, 'balancer_socket').map(readSocket), hasSocat: yes(facts, 'balancer_socat') }
}

function readSocket(line: string): Balancer['sockets'][number] {
  const [, level, presence, owner, mode, path] =
    /^(admin|operator|user) (there|missing) (\S+) ([0-7]+|-) (.+)$/.exec(line) ?? []
  if (level === undefined || path === undefined) throw new FactError(`a line is no socket: ${line.slice(0, 60)}`)
  const isThere = presence === 'there'
  return { path, isAdmin: level === 'admin', isThere, owner: isThere ? `${owner} ${mode}` : undefined }
}
