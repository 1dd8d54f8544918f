/** An event as one line of JSON, the same in a journal and on stdout, and safe to show on a terminal. */
export function formatEvent(event: object): string {
  return `${JSON.stringify(event).replace(/[\u007f-\u009f\u2028\u2029]/g, escapeUnicode)}\n`
}

const escapeUnicode = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
