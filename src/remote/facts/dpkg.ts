import { allOf, FieldError, type Fields, yesOrNo } from '../fields.ts'
import type { Dpkg, LockHolder } from './facts.ts'

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
