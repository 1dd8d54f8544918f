#!/usr/bin/env node
// Writes NOTICE: whose work is in the bundle, under which licence, in their own words.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './build.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The text of NOTICE for the bundle as it would be built now. */
export async function noticeText() {
  const outdir = mkdtempSync(join(tmpdir(), 'maestro-notice-'))
  const { outputs } = await bundle(outdir)
  rmSync(outdir, { recursive: true })
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs))
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => packageFolder(file))
  const folders = [...new Set(used.filter((folder) => folder !== undefined))].sort()
  return `maestro is bundled with the work of others, which is under the licences below.\n\n${folders.map(describe).join('\n')}`
}

const packageFolder = (file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'))
  const file = readdirSync(`${root}${folder}`).find((each) => /^licen[cs]e/i.test(each))
  const text =
    file === undefined ? 'No licence text is in the package.' : readFileSync(`${root}${folder}/${file}`, 'utf8').trim()
  return `${'-'.repeat(78)}\n${name} ${version} (${license})\n\n${text.replaceAll('\r\n', '\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(`${root}NOTICE`, await noticeText())
