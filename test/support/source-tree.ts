import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vitest/node'

export const src = fileURLToPath(new URL('../../src', import.meta.url))

export type Import = { readonly file: string; readonly room: string; readonly target: string }

const all = readdirSync(src, { recursive: true, encoding: 'utf8' })

/** Every file of src that is code: TypeScript, and the shell that runs on servers. */
export const codeFiles = all.filter((file) => /\.(ts|sh)$/.test(file))

export const files = codeFiles.filter((file) => file.endsWith('.ts'))

export const readSource = (file: string): string => readFileSync(`${src}/${file}`, 'utf8')

/** All that a file imports, types included. */
export function importsOf(file: string): readonly Import[] {
  const room = file.split('/')[0] ?? ''
  const targets = [...readSource(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)]
  return targets.map(([, target = '']) => ({ file, room, target }))
}

/** The path of a file that another one imports, below src. */
export const resolveImport = ({ file, target }: Pick<Import, 'file' | 'target'>): string =>
  relative(src, resolve(src, dirname(file), target))

/** The strongly connected components of a graph of imports that are more than one file: each file of a circle reaches all others. */
export function circlesOf(imports: readonly Pick<Import, 'file' | 'target'>[]): readonly (readonly string[])[] {
  const targets = new Map<string, string[]>()
  for (const one of imports.filter(({ target }) => target.startsWith('.')))
    targets.set(one.file, [...(targets.get(one.file) ?? []), resolveImport(one)])
  const reached = new Map([...targets.keys()].map((file) => [file, reachedFrom(file, targets)]))
  const circles = [...reached].map(([file, ahead]) =>
    [...ahead].filter((other) => reached.get(other)?.has(file)).toSorted(),
  )
  const distinct = new Map(circles.filter(({ length }) => length > 0).map((circle) => [circle.join(), circle]))
  return [...distinct.values()]
}

/** Every file that an import leads to, over others; the file itself only where it is part of a circle. */
function reachedFrom(file: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set(targets.get(file))
  // What is added on the way is visited as well.
  for (const one of reached) for (const next of targets.get(one) ?? []) reached.add(next)
  return reached
}

/** How many files each folder has. Of a script and the reader of its answer, which have one name, only one is counted in `remote/facts`. */
export function countByFolder(paths: readonly string[]): Readonly<Record<string, number>> {
  const counted = new Set(paths.map((path) => path.replace(/^(remote\/facts\/.*)\.sh$/, '$1.ts')))
  const counts: Record<string, number> = {}
  for (const path of counted) counts[dirname(path)] = (counts[dirname(path)] ?? 0) + 1
  return counts
}

type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value

const parse = (text: string): Node => parseAst(text, { lang: 'ts' }) as unknown as Node

export type FunctionLength = { readonly line: number; readonly lines: number }

/** Every function of a text, nested ones as well, by the lines from its first to its last. */
export function functionsIn(text: string): readonly FunctionLength[] {
  const found: FunctionLength[] = []
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isNode(value)) return
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(value.type))
      found.push({ line: lineAt(value.start), lines: lineAt(value.end) - lineAt(value.start) + 1 })
    Object.values(value).forEach(visit)
  }
  visit(parse(text))
  return found
}

/** The names that a text exports. */
export function exportsOf(text: string): readonly string[] {
  const { body } = parse(text)
  return (Array.isArray(body) ? body.filter(isNode) : [])
    .filter(({ type }) => type === 'ExportNamedDeclaration')
    .flatMap(({ declaration, specifiers }) => [...declared(declaration), ...[specifiers].flat().map(exportedName)])
    .filter((name) => name !== '')
}

function declared(declaration: unknown): readonly string[] {
  if (!isNode(declaration)) return []
  const declarations = Array.isArray(declaration.declarations) ? declaration.declarations : [declaration]
  return declarations.map((one: unknown) => (isNode(one) ? nameOf(one.id) : ''))
}

const exportedName = (specifier: unknown): string => (isNode(specifier) ? nameOf(specifier.exported) : '')

const nameOf = (id: unknown): string => (isNode(id) && typeof id.name === 'string' ? id.name : '')

/** The words of a name or a path: `lateRefusal` and `late-refusal.ts` have `late` and `refusal`. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/\.(ts|sh)$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
