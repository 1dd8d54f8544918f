import { builtinModules } from 'node:module'
import { describe, expect, it } from 'vitest'
import {
  circlesOf,
  codeFiles,
  countByFolder,
  exportsOf,
  files,
  functionsIn,
  type Import,
  importsOf,
  readSource,
  resolveImport,
  wordsOf,
} from './support/source-tree.ts'

// Which room may use which; all may use base/; nobody imports commands/ or main.ts.
const mayUse: Readonly<Record<string, readonly string[]>> = {
  base: [],
  manifest: [],
  inventory: ['manifest'],
  remote: [],
  plan: ['manifest', 'inventory', 'remote'],
  ssh: ['inventory', 'manifest'],
  journal: ['plan'],
  'load-balancer': ['manifest', 'plan', 'remote', 'inventory'],
  provider: ['plan', 'inventory'],
  operations: ['manifest', 'plan', 'inventory', 'remote', 'checks', 'load-balancer'],
  failover: ['manifest', 'plan', 'inventory', 'operations', 'load-balancer'],
  run: ['manifest', 'plan', 'remote', 'ssh', 'journal', 'inventory', 'checks', 'load-balancer'],
  checks: ['manifest', 'inventory', 'remote', 'run', 'plan'],
  rebuild: ['manifest', 'plan', 'inventory', 'remote', 'operations', 'load-balancer', 'failover', 'provider'],
  report: ['manifest', 'plan', 'inventory', 'journal', 'run', 'remote', 'checks', 'failover'],
  lab: ['remote'],
  cli: ['manifest', 'inventory', 'plan', 'run', 'ssh', 'report', 'journal'],
  workflow: [
    'cli',
    'manifest',
    'inventory',
    'plan',
    'remote',
    'checks',
    'ssh',
    'run',
    'journal',
    'load-balancer',
    'provider',
    'report',
  ],
  commands: ['*'],
}

// A package is known to one room only; the lab is the other end of the line.
const packageRooms: Readonly<Record<string, readonly string[]>> = {
  commander: ['commands', 'cli', 'main.ts'],
  ssh2: ['ssh', 'lab'],
  'js-yaml': ['manifest'],
  // What comes back from a journal, a plan file or a server is read by a schema, in the room that knows what it means.
  zod: ['manifest', 'provider', 'plan', 'journal', 'load-balancer', 'operations', 'failover', 'rebuild', 'report'],
  chalk: ['report'],
  ora: ['report'],
  inquirer: ['cli', 'commands'],
  execa: ['base'],
}

const imports = files.flatMap(importsOf)

/** The breaches of the layer table among some imports, each as a sentence. */
function breaches(found: readonly Import[]): readonly string[] {
  return found.filter((one) => !isAllowed(one)).map(({ file, target }) => `${file} imports ${target}`)
}

function isAllowed({ file, room, target }: Import): boolean {
  if (target.startsWith('node:') || builtinModules.includes(target)) return true
  if (!target.startsWith('.')) return packageRooms[packageOf(target)]?.includes(room) ?? false
  const other = resolveImport({ file, target }).split('/')[0] ?? ''
  if (other === room || other === 'base' || room === 'main.ts') return true
  const allowed = mayUse[room] ?? []
  return allowed.includes('*') || allowed.includes(other)
}

const packageOf = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

describe('layer table of src', () => {
  it('allows every import', () => {
    expect(breaches(imports)).toEqual([])
  })

  it('catches a planted breach', () => {
    const planted = [
      { file: 'manifest/read.ts', room: 'manifest', target: '../ssh/connect.ts' },
      { file: 'report/live.ts', room: 'report', target: 'ssh2' },
    ]

    expect(breaches(planted)).toEqual(['manifest/read.ts imports ../ssh/connect.ts', 'report/live.ts imports ssh2'])
  })

  it('reads all imports', () => {
    expect(imports.length).toBeGreaterThan(50)
    expect(imports).toContainEqual({ file: 'main.ts', room: 'main.ts', target: './commands/program.ts' })
  })

  it('keeps process and console to commands, workflow, cli and main', () => {
    const loud = files
      .filter((file) => !/^((commands|workflow|cli)\/|main\.ts)/.test(file))
      .filter((file) => /\b(process|console)\.[a-z]/i.test(readSource(file)))

    expect(loud).toEqual([])
  })
})

describe('circlesOf: imports of src', () => {
  it('finds no circle of files, types included', () => {
    expect(circlesOf(imports)).toEqual([])
  })

  it('finds planted circles', () => {
    const planted = [
      { file: 'plan/a.ts', target: './b.ts' },
      { file: 'plan/b.ts', target: '../run/c.ts' },
      { file: 'run/c.ts', target: '../plan/a.ts' },
      { file: 'run/c.ts', target: 'node:fs' },
      { file: 'run/d.ts', target: './c.ts' },
      { file: 'run/e.ts', target: './e.ts' },
    ]

    expect(circlesOf(planted)).toEqual([['plan/a.ts', 'plan/b.ts', 'run/c.ts'], ['run/e.ts']])
  })
})

describe('countByFolder and functionsIn: sizes in src', () => {
  const most = { files: 16, fileLines: 250, functionLines: 60 }
  // A fact is a script and its reader, and each stand-in is a tool of its own: one more of them needs no other folder.
  const growing = ['remote/facts', 'lab/stand-ins']

  it('keeps every folder of src to 16 code files', () => {
    const counts = Object.entries(countByFolder(codeFiles)).filter(([folder]) => !growing.includes(folder))

    expect(counts.filter(([, count]) => count > most.files)).toEqual([])
  })

  it('lets remote/facts grow only by pairs of a script and its reader', () => {
    const facts = codeFiles.filter((file) => file.startsWith('remote/facts/'))
    const pairs = facts.filter((file) => file.endsWith('.sh')).length

    expect(facts.filter((file) => file.endsWith('.sh') && !facts.includes(file.replace(/sh$/, 'ts')))).toEqual([])
    expect(pairs).toBeGreaterThan(20)
    expect((countByFolder(codeFiles)['remote/facts'] ?? 0) - pairs).toBeLessThanOrEqual(most.files)
  })

  it('counts a planted folder of 17 files', () => {
    const planted = Array.from({ length: 17 }, (_, n) => `plan/file-${n}.ts`)

    expect(countByFolder([...planted, 'remote/facts/disk.sh', 'remote/facts/disk.ts'])).toEqual({
      plan: 17,
      'remote/facts': 1,
    })
  })

  it('keeps every code file to 250 lines', () => {
    const long = codeFiles.filter((file) => readSource(file).split('\n').length - 1 > most.fileLines)

    expect(long).toEqual([])
  })

  it('keeps every function to 60 lines', () => {
    const long = files.flatMap((file) =>
      functionsIn(readSource(file)).flatMap(({ line, lines }) =>
        lines > most.functionLines ? [{ file, line, lines }] : [],
      ),
    )

    expect(long).toEqual([])
  })

  it('measures planted functions of every shape', () => {
    const planted = `export const one = () => {
  return class {
    two() {
      return 2
    }
  }
}
`

    expect(functionsIn(planted)).toEqual([
      { line: 1, lines: 7 },
      { line: 3, lines: 3 },
    ])
  })
})

describe('exportsOf and wordsOf: names in src', () => {
  it('finds no old word in a file name or an exported name', () => {
    expect(wrongWordsIn(codeFiles.map((file) => ({ file, names: exportedNames(file) })))).toEqual([])
  })

  it('finds old words in planted names', () => {
    const planted = [
      { file: 'run/late-refusal.ts', names: ['strayKeys', 'translate'] },
      { file: 'ssh/gateway.ts', names: ['SeenByAll', 'Gateway'] },
      { file: 'commands/rebuild/rebuilding.ts', names: [] },
      { file: 'checks/finding.ts', names: [] },
    ]

    expect(wrongWordsIn(planted)).toEqual([
      'run/late-refusal.ts: late',
      'run/late-refusal.ts: strayKeys: stray',
      'ssh/gateway.ts: SeenByAll: seen',
      'commands/rebuild/rebuilding.ts: rebuilding',
    ])
  })

  it('reads every form of export', () => {
    const planted = `const a = 1
export { a, a as b }
export const c = 1, d = 2
export function e() {}
export interface F {}
export type G = string
export class H {}
`

    expect(exportsOf(planted)).toEqual(['a', 'b', 'c', 'd', 'e', 'F', 'G', 'H'])
  })
})

// Words that this code base once had for what the field has a word for; see the glossary in docs/concepts.md.
const oldWords = new Set(
  (
    'ground wish course way standing census told seen late stray well deed road night nights foresee foreseen ' +
    'look looks'
  ).split(' '),
)
const commandNames = [
  ...new Set(files.filter((file) => file.startsWith('commands/')).map((file) => file.split('/')[1])),
]

type Named = { readonly file: string; readonly names: readonly string[] }

/** Each old word in the name of a file, and in a name that it exports, as a sentence. */
function wrongWordsIn(named: readonly Named[]): readonly string[] {
  return named.flatMap(({ file, names }) => [
    ...[...oldWordsIn(file), ...twinOf(file)].map((word) => `${file}: ${word}`),
    ...names.flatMap((name) => oldWordsIn(name).map((word) => `${file}: ${name}: ${word}`)),
  ])
}

const oldWordsIn = (name: string) => wordsOf(name).filter((word) => oldWords.has(word))

/** `rebuilding` for a file of that name: what `rebuild` does lies beside its command, under a name that says what. */
function twinOf(file: string): readonly string[] {
  const stem = /([a-z]+)ing\.ts$/.exec(file)?.[1]
  const isTwin = stem !== undefined && stem.length > 3 && commandNames.some((command) => command?.startsWith(stem))
  return isTwin ? [`${stem}ing`] : []
}

const exportedNames = (file: string) => (file.endsWith('.ts') ? exportsOf(readSource(file)) : [])
