import { allOf, FactError, type Facts, yes } from '../facts.ts'
import type { Balancer } from '../look.ts'

/** null: no HAProxy there. */
export function readBalancer(facts: Facts): Balancer | null {
  if (!yes(facts, 'balancer_installed')) return null
  return { sockets: allOf(facts, 'balancer_socket').map(readSocket), hasSocat: yes(facts, 'balancer_socat') }
}

function readSocket(line: string): Balancer['sockets'][number] {
  const { level, presence, path } =
    /^(?<level>admin|operator|user) (?<presence>there|missing) (?<path>.+)$/.exec(line)?.groups ?? {}
  if (level === undefined || path === undefined) throw new FactError(`a line is no socket: ${line.slice(0, 60)}`)
  return { path, isAdmin: level === 'admin', isThere: presence === 'there' }
}
