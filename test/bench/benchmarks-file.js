// docs/benchmarks.md: sections that are each written by the bench that measures them, and left alone by the others.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url))

const begin = (name) => `<!-- ${name}: written by its bench -->`
const end = (name) => `<!-- end of ${name} -->`

/** Puts a section in the place of the one of that name, or at the end. */
export function writeSection(name, text) {
  const old = readFileSync(file, 'utf8')
  const section = `${begin(name)}\n${text.trim()}\n${end(name)}\n`
  const [from, to] = [old.indexOf(begin(name)), old.indexOf(end(name))]
  if (from === -1) writeFileSync(file, `${old.trimEnd()}\n\n${section}`)
  else writeFileSync(file, old.slice(0, from) + section + old.slice(to + end(name).length + 1))
}

/** A table in Markdown; the first row is its head. */
export function tableOf([head, ...rows]) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

/** On what and when this was measured. */
export function whereAndWhen() {
  const processors = cpus()
  const model = processors[0]?.model.trim() ?? 'a processor unknown'
  const memory = Math.round(totalmem() / 2 ** 30)
  const day = new Date().toISOString().slice(0, 10)
  // Who else is at work on this computer is part of what was measured.
  const load = loadavg()[1].toFixed(1)
  return `Measured on ${day}: ${processors.length} x ${model}, ${memory} GB, load ${load}, ${type()} ${release()}, Node ${process.version}.`
}
