import { readFileSync } from 'node:fs'

// The bundle keeps the folder: dist/lib/prelude.sh, dist/facts/*.sh.
const folder = new URL('./', import.meta.url)
const texts = new Map<string, string>()

/** The text of a remote script by its path in this folder (`facts/kernel.sh`); each is read once, when it is first asked for. */
export function scriptText(path: string): string {
  const known = texts.get(path)
  if (known !== undefined) return known
  const text = readFileSync(new URL(path, folder), 'utf8')
  texts.set(path, text)
  return text
}
