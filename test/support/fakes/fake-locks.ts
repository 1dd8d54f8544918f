import type { Script } from '../../../src/plan/context.ts'

type Answer = Readonly<Record<string, string>>
type Lock = { readonly run: string; readonly controller: string; readonly owner: string }

/** The locks of servers that live in memory, and the copies of the journal that lie beside them. */
export interface FakeLocks {
  readonly held: Map<string, Lock>
  readonly copies: ReadonlyMap<string, readonly string[]>
  readonly drained: ReadonlySet<string>
  /** What a script of `lock/` answers there; undefined for any other. */
  readonly answer: (server: string, script: Script) => Answer | undefined
}

export function fakeLocks(): FakeLocks {
  const held = new Map<string, Lock>()
  const copies = new Map<string, string[]>()
  const drained = new Set<string>()
  const told = (server: string): Answer => {
    const lock = held.get(server)
    return lock
      ? { lock_is: 'held', lock_run: lock.run, lock_owner: lock.owner, lock_since: '0', lock_quiet: '0' }
      : { lock_is: 'free' }
  }
  const isOurs = (server: string, controller: string) => held.get(server)?.controller === controller

  const scripts: Readonly<Record<string, (server: string, inputs: Answer) => Answer>> = {
    'lock/take.sh': (server, { run = '', controller = '', owner = '', takes_over }) => {
      const before = told(server)
      const mayTake = !held.has(server) || isOurs(server, controller) || takes_over === held.get(server)?.run
      if (mayTake) held.set(server, { run, controller, owner })
      return { ...before, lock_taken: mayTake ? 'yes' : 'no' }
    },
    'lock/record.sh': (server, { controller = '', event = '', drained: mark }) => {
      if (!isOurs(server, controller)) throw new Error(`${server}: recorded without its lock`)
      if (event !== '') copies.set(server, [...(copies.get(server) ?? []), event])
      if (mark === 'yes') drained.add(server)
      if (mark === 'no') drained.delete(server)
      return {}
    },
    'lock/release.sh': (server, { controller = '' }) => {
      const before = told(server)
      const mayRelease = isOurs(server, controller)
      if (mayRelease) held.delete(server)
      return { ...before, lock_released: mayRelease ? 'yes' : 'no' }
    },
  }
  return {
    held,
    copies,
    drained,
    answer: (server, { files, inputs = {} }) => scripts[files.at(-1) ?? '']?.(server, inputs),
  }
}
