/** A number of servers, or a part of a group: `2`, `25%`. */
export type CountOrPercent =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }

/** Reads `2` or `25%` (1 to 100); undefined when it is neither. */
export function parseCountOrPercent(text: string): CountOrPercent | undefined {
  const [, digits = '', sign] = /^(\d{1,6})(%?)$/.exec(text) ?? []
  const value = Number(digits)
  if (digits === '' || value < 1) return undefined
  if (sign === '') return { kind: 'count', count: value }
  return value > 100 ? undefined : { kind: 'percent', percent: value }
}
