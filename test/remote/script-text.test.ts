import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { doctorFacts, planFacts, statusFacts } from '../../src/remote/facts/facts.ts'
import { scriptText } from '../../src/remote/script-text.ts'

const folder = fileURLToPath(new URL('../../src/remote', import.meta.url))
const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.sh'))
const partPaths = [...statusFacts, ...planFacts, ...doctorFacts].map((part) => `facts/${part}.sh`)

const factsPrinted = (text: string) => [...text.matchAll(/^[^#\n]*\bfacts? ([a-z_]+) /gm)].map(([, key]) => key)
const factsNamed = (text: string) => [...text.matchAll(/^# {3}([a-z_]+)/gm)].map(([, key]) => key)

describe('src/remote/**/*.sh', () => {
  it('has a file for each fact and no other in facts/', () => {
    expect(paths.filter((path) => path.startsWith('facts/')).toSorted()).toEqual(partPaths.toSorted())
  })

  it.each(paths)('%s: scriptText returns the file unchanged', (path) => {
    expect(scriptText(path)).toBe(readFileSync(`${folder}/${path}`, 'utf8'))
  })

  it.each(paths)('%s only defines functions and settings when it is read', (path) => {
    const outside = scriptText(path)
      .replaceAll(/^[a-z_]+\(\) \{\n.*?^\}$/gms, '')
      .split('\n')
      .filter((line) => !/^(#.*|[a-z_]+\(\) \{.*\}|)$/.test(line))

    expect(outside.filter((line) => !/^(set -eu|umask 077|unset IFS|export [A-Z_ ]+|[A-Z_]+=.*)$/.test(line))).toEqual(
      [],
    )
    if (path !== 'lib/prelude.sh') expect(outside).toEqual([])
  })

  it.each(paths)('%s has no here-document, which bash would write to a disk that may be full', (path) => {
    expect(scriptText(path)).not.toMatch(/<</)
  })

  it.each(paths)('%s writes to a file only if its header says what it changes', (path) => {
    if (/^# Changes: \S/m.test(scriptText(path))) return
    const code = scriptText(path).replaceAll(/^ *#.*$|>\/dev\/null/gm, '')

    expect(code).not.toMatch(/>>?\s*["'$/a-z]/)
  })

  it.each(partPaths)('%s prints the facts that its header names', (path) => {
    const text = scriptText(path)

    expect(new Set(factsPrinted(text))).toEqual(new Set(factsNamed(text)))
  })

  it.each(partPaths)('%s has a function of its name and at most 80 lines', (path) => {
    const text = scriptText(path)

    expect(text).toContain(`\nfacts_${path.slice('facts/'.length, -'.sh'.length)}() {\n`)
    expect(text.split('\n').length).toBeLessThanOrEqual(80)
  })
})
