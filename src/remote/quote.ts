/** A value as one word of POSIX shell, whatever it holds; the only place that quotes. Throws for NUL, which no shell can hold. */
export function quote(value: string): string {
  if (value.includes('\0')) throw new RangeError('a shell word cannot hold a NUL')
  return `'${value.replaceAll("'", "'\\''")}'`
}
