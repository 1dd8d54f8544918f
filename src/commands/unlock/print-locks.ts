import { describeDuration } from '../../base/duration.ts'
import { printable } from '../../base/printable.ts'
import { printEvent } from '../../cli/json-output.ts'
import type { Server } from '../../inventory/server.ts'
import { isAlive, type Lock } from '../../remote/lock/lock.ts'
import { whereOf } from '../../workflow/summary.ts'
import type { Targets } from '../../workflow/targets/targets.ts'

export type Held = { readonly server: Server; readonly lock: Lock }

/** A server whose lock could not be read; `isSeen`: it answered. */
export type Unknown = { readonly server: Server; readonly why: string; readonly isSeen: boolean }

export type FoundLocks = { readonly held: readonly Held[]; readonly unknown: readonly Unknown[] }

/** Prints the locks and the servers whose lock is unknown. */
export function printLocks({ held, unknown }: FoundLocks, stop: AbortSignal): void {
  for (const { server, lock } of held) say(`${server.name}: ${describeLock(lock)}`)
  for (const { server, why } of unknown) say(`${server.name}: ${why}`)
  const isAllKnown = unknown.length === 0 && !stop.aborted
  if (held.length === 0) say(isAllKnown ? 'no server is locked' : 'no server that could be checked is locked')
}

/** The same in JSON. */
export function printLockEvents({ held, unknown }: FoundLocks, { manifest, servers }: Targets): void {
  printEvent({ event: 'command-started', command: 'unlock', ...whereOf(manifest), servers: servers.length })
  for (const { server, lock } of held) {
    const { run, owner, quietSeconds, busy } = lock
    printEvent({ event: 'lock', server: server.name, run, owner, isAlive: isAlive(lock), quietSeconds, busy })
  }
  for (const { server, why } of unknown) printEvent({ event: 'lock-unknown', server: server.name, why })
}

export const say = (text: string) => process.stdout.write(`${printable(text)}\n`)

function describeLock(lock: Lock): string {
  const quiet = `last sign of life ${describeDuration(lock.quietSeconds)} ago`
  const busy = lock.busy.length === 0 ? '' : `, ${lock.busy.join(', ')} is running`
  return `locked by ${lock.owner}, run ${lock.run}, ${quiet}${busy}`
}
