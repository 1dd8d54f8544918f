import { allOf, FieldError, yesOrNo } from '../fields.ts'
import type { Fields } from '../response.ts'

export interface Dpkg {
  /** dpkg's journal holds an unfinished run. */
  readonly isInterrupted: boolean
  /** Packages that are not fully installed, each `name state`. */
  readonly broken: readonly string[]
  readonly lockHolders: readonly LockHolder[]
}

export interface LockHolder {
  /** frontend, dpkg, lists or archives. */
  readonly lock: string
  readonly pid: number
  readonly command: string
  readonly ageSeconds: number
}

export const readDpkg = (facts: Fields): Dpkg => ({
  isInterrupted: yesOrNo(facts, 'dpkg_interrupted'),
  broken: allOf(facts, 'dpkg_broken'),
  lockHolders: allOf(facts, 'dpkg_lock').map(readHolder),
})

function readHolder(line: string): LockHolder {
  const [, lock, pid, age, command] = /^([a-z]+)\|(\d+)\|(-?\d+)\|(.*)$/s.exec(line) ?? []
  if (lock === undefined || command === undefined) throw new FieldError(`a lock's holder cannot be read: ${line}`)
  return {
    lock,
    pid: Number(pid),
    command: command.replaceAll(/\s+/g, ' ').trim(),
    ageSeconds: Math.max(0, Number(age)),
  }
}
