const depthLimit = 40

/** Why a value is no plain data that a schema can be asked about; undefined when it is. Its depth is bounded, for a schema goes down as far as it goes. */
export function whyNotPlainJson(value: unknown, depth = 0): string | undefined {
  if (depth > depthLimit) return 'is nested too deeply'
  if (typeof value !== 'object' || value === null) return whyNotScalar(value)
  if (Array.isArray(value)) return firstOf(value, depth)
  // Most schemas read a key where it stands; one of this name would stand elsewhere.
  if (Object.hasOwn(value, '__proto__')) return 'has the key "__proto__"'
  return firstOf(Object.values(value), depth)
}

function firstOf(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const why = whyNotPlainJson(value, depth + 1)
    if (why !== undefined) return why
  }
  return undefined
}

function whyNotScalar(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  return Number.isFinite(value) ? undefined : 'has a value that is none of JSON'
}
