type Versioned = { readonly name: string; readonly to: string }

/** What would be installed now and was not planned, as a sentence; undefined: nothing. */
export function unplannedPackages(planned: readonly Versioned[] = [], now: readonly Versioned[]): string | undefined {
  const known = new Set(planned.map(({ name, to }) => `${name} ${to}`))
  const more = now.map(({ name, to }) => `${name} ${to}`).filter((one) => !known.has(one))
  return more.length === 0 ? undefined : `${more.join(', ')} would be installed, too`
}
