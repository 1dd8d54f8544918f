import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))

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
  if (other === room || other === 'base' || room === 'main.ts') return true
  const allowed = mayUse[room] ?? []
  return allowed.includes('*') || allowed.includes(other)
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
    expect(imports).toContainEqual({ file: 'main.ts', room: 'main.ts', target: './commands/program.ts' })
  })

  it('lets only commands, workflow, cli and main touch process and console', () => {
    const loud = files
      .filter((file) => !/^((commands|workflow|cli)\/|main\.ts)/.test(file))
      .filter((file) => /\b(process|console)\.[a-z]/i.test(readFileSync(`${src}/${file}`, 'utf8')))

    expect(loud).toEqual([])
  })
})
