import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

// Which room may use which; all may use what is in `openToAll`; nobody imports commands/ or cli.ts.
const mayUse: Readonly<Record<string, readonly string[]>> = {
  manifest: [],
  inventory: ['manifest'],
  remote: [],
  plan: ['manifest', 'inventory', 'remote'],
  operations: ['manifest', 'plan', 'inventory', 'remote'],
  ssh: ['inventory'],
  journal: ['plan'],
  run: ['manifest', 'plan', 'remote', 'ssh', 'journal', 'inventory'],
  failover: ['manifest', 'plan', 'inventory', 'operations'],
  provider: ['plan', 'inventory'],
  rebuild: ['manifest', 'plan', 'inventory', 'remote', 'operations', 'failover', 'provider'],
  report: ['manifest', 'plan', 'inventory', 'journal', 'run', 'remote', 'failover'],
  lab: ['remote'],
  commands: [
    'manifest',
    'inventory',
    'remote',
    'plan',
    'operations',
    'ssh',
    'run',
    'journal',
    'failover',
    'provider',
    'rebuild',
    'report',
    'lab',
  ],
}

const openToAll = ['errors.ts', 'secret.ts', 'printable.ts', 'program.ts']

// A package is known to one room only; the lab is the other end of the line.
const packageRooms: Readonly<Record<string, readonly string[]>> = {
  commander: ['commands', 'cli.ts'],
  ssh2: ['ssh', 'lab'],
  'js-yaml': ['manifest'],
  zod: ['manifest', 'provider'],
  chalk: ['report'],
  ora: ['report'],
  inquirer: ['commands'],
  execa: ['program.ts'],
}

type Import = { readonly file: string; readonly room: string; readonly target: string }

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(`${src}/${file}`, 'utf8')
  const room = file.split('/')[0] ?? ''
  const targets = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) => target)
  return targets.map((target) => ({ file, room, target }))
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports = files.flatMap(importsOf)

/** The breaches of the layer table among some imports, each as a sentence. */
function breaches(found: readonly Import[]): readonly string[] {
  return found.filter((one) => !isAllowed(one)).map(({ file, target }) => `${file} imports ${target}`)
}

function isAllowed({ file, room, target }: Import): boolean {
  if (target.startsWith('node:') || builtinModules.includes(target)) return true
  if (!target.startsWith('.')) return packageRooms[packageOf(target)]?.includes(room) ?? false
  const other = relative(src, resolve(src, dirname(file), target)).split('/')[0] ?? ''
  const isOpenToAll = other === room || openToAll.includes(other)
  return isOpenToAll || room === 'cli.ts' || (mayUse[room]?.includes(other) ?? false)
}

const packageOf = (target: string) =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

describe('the layer table', () => {
  it('is kept by every file', () => {
    expect(breaches(imports)).toEqual([])
  })

  it('catches a breach', () => {
    const planted = [
      { file: 'manifest/read.ts', room: 'manifest', target: '../ssh/connect.ts' },
      { file: 'report/live.ts', room: 'report', target: 'ssh2' },
    ]

    expect(breaches(planted)).toEqual(['manifest/read.ts imports ../ssh/connect.ts', 'report/live.ts imports ssh2'])
  })

  it('sees the imports that there are', () => {
    expect(imports.length).toBeGreaterThan(50)
    expect(imports).toContainEqual({ file: 'cli.ts', room: 'cli.ts', target: './commands/status.ts' })
  })

  it('lets only commands, cli and the writer of reports touch process and console', () => {
    const loud = files
      .filter((file) => !/^(commands\/|cli\.ts)/.test(file))
      .filter((file) => /\b(process|console)\.[a-z]/i.test(readFileSync(`${src}/${file}`, 'utf8')))

    expect(loud).toEqual([])
  })
})
