import type { Json } from '../../base/json.ts'

/** More than any server may answer with (4 MB), and less than what would exhaust the stack or the memory of a reader. */
export const jsonLimits = { depth: 64, values: 500_000, stringLength: 4 * 1024 * 1024 } as const

/** Whether a value is JSON within limits, made of own keys alone. */
export function isBoundedJson(value: unknown): value is Json {
  let valuesLeft = jsonLimits.values
  const isWithin = (one: unknown, depthLeft: number): boolean => {
    valuesLeft -= 1
    if (valuesLeft < 0 || depthLeft < 0) return false
    if (typeof one === 'string') return one.length <= jsonLimits.stringLength
    if (typeof one !== 'object' || one === null) return isScalar(one)
    if (Array.isArray(one)) return one.every((each) => isWithin(each, depthLeft - 1))
    return isPlain(one) && Object.entries(one).every(([key, each]) => isKey(key) && isWithin(each, depthLeft - 1))
  }
  return isWithin(value, jsonLimits.depth)
}

// A key that is there without a value is left out when it is written down.
const isScalar = (value: unknown) =>
  value === null || value === undefined || typeof value === 'boolean' || Number.isFinite(value)

const isPlain = (value: object) => [Object.prototype, null].includes(Object.getPrototypeOf(value))

// Assigned to an object, it would change what all others inherit from.
const isKey = (key: string) => key !== '__proto__' && key.length <= jsonLimits.stringLength
