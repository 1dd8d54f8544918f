import { randomBytes } from 'node:crypto'

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A fresh name of a run, like `20261123-091530-k3f9`: sorts by time (UTC) and is safe in files, units and shells. */
export function makeRunId(at: Date): string {
  const digits = at.toISOString().replaceAll(/[-:]|\..*/g, '')
  const random = Array.from(randomBytes(4), (byte) => letters[byte % letters.length]).join('')
  return `${digits.replace('T', '-')}-${random}`
}

export const runIdForm = /^\d{8}-\d{6}-[a-z0-9]{4}$/

export const isRunId = (text: string): boolean => runIdForm.test(text)
