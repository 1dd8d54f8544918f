import { readdirSync, readFileSync } from 'node:fs'

// The bundle keeps the folder: dist/prelude.sh, dist/look/*.sh.
const folder = new URL('./', import.meta.url)
let texts: ReadonlyMap<string, string> | undefined

/** The text of a remote script by its path in this folder (`look/kernel.sh`); all of them are read once, at the first question. */
export function scriptText(path: string): string {
  texts ??= readTexts()
  const text = texts.get(path)
  if (text === undefined) throw new Error(`there is no remote script ${path}`)
  return text
}

function readTexts(): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.sh'))
  return new Map(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(new URL(path, folder), 'utf8')]))
}
