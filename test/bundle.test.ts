import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../bin/build.js'
import { noticeText } from '../bin/notice.js'

type Outputs = Awaited<ReturnType<typeof bundle>>['outputs']

let outdir: string
let outputs: Outputs
beforeAll(async () => {
  outdir = mkdtempSync(join(tmpdir(), 'maestro-bundle-'))
  outputs = (await bundle(outdir)).outputs
})
afterAll(() => rmSync(outdir, { recursive: true }))

/** Everything that is loaded with an output file before any of its code asks for more. */
function loadedWith(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded
  loaded.add(file)
  for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') loadedWith(path, loaded)
  return loaded
}

function packagesIn(files: Iterable<string>): readonly string[] {
  const inputs = [...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}))
  const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [])
  return [...new Set(names)].sort()
}

const entry = () => Object.keys(outputs).find((file) => file.endsWith('/main.js')) ?? ''

describe('bundle in dist', () => {
  it('loads only commander to print the help', () => {
    expect(packagesIn(loadedWith(entry()))).toEqual(['commander'])
  })

  it('keeps the other packages in files that are loaded on use', () => {
    expect(packagesIn(Object.keys(outputs))).toEqual(
      expect.arrayContaining(['chalk', 'commander', 'execa', 'inquirer', 'js-yaml', 'ora', 'ssh2', 'zod']),
    )
  })

  it('names in NOTICE every package that it contains', async () => {
    expect(readFileSync(new URL('../NOTICE', import.meta.url), 'utf8')).toBe(await noticeText())
  })
})
