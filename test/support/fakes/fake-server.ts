import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { FactName, ServerFacts } from '../../../src/remote/facts/facts.ts'
import { factsScript, readFacts } from '../../../src/remote/facts/read-facts.ts'
import type { Fields } from '../../../src/remote/response.ts'
import { parseResponse } from '../../../src/remote/response.ts'

export type Shell = { readonly name: string; readonly command: readonly string[] }

type FakeServerOptions = {
  /** Files of the made-up root, by path; a value of null makes a folder. */
  readonly files?: Readonly<Record<string, string | null>>
  /** Tools with fixed answers: the text of a shell script each. Others than these and the basic ones are not there. */
  readonly tools?: Readonly<Record<string, string>>
}

export interface FakeServer {
  readonly root: string
  /** Runs a text as a server would, and returns what came of it. */
  readonly run: (
    text: string,
    shell?: Shell,
  ) => { readonly status: number | null; readonly stdout: string; readonly stderr: string }
  readonly fields: (parts: readonly FactName[], shell?: Shell) => Fields
  readonly facts: (parts: readonly FactName[], shell?: Shell) => ServerFacts
}

const nonce = 'b7e1'
const sh: Shell = { name: 'sh', command: ['sh'] }
const basicTools =
  'awk basename cat chmod cmp cp cut date df env find flock grep gzip head id ln ls mkdir mkfifo mktemp mv nohup od printf readlink rm rmdir ' +
  'sed setsid sha256sum sleep sort stat sync tail timeout touch tr true uname wc xargs'

/** A server with a root and tools of its own, so that a test depends on nothing that this computer happens to have. */
export function fakeServer({ files = {}, tools = {} }: FakeServerOptions = {}): FakeServer {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-server-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [root, bin] = [`${folder}/root`, `${folder}/bin`]
  mkdirSync(root)
  mkdirSync(bin)
  for (const tool of basicTools.split(' ')) if (!(tool in tools)) symlinkSync(pathOf(tool), `${bin}/${tool}`)
  for (const [name, text] of Object.entries(tools)) writeTool(`${bin}/${name}`, text)
  for (const [path, text] of Object.entries(files)) writeInto(`${root}/${path}`, text)

  const run = (text: string, { command: [file = 'sh', ...args] }: Shell = sh) =>
    spawnSync(pathOf(file), [...args, '-s'], {
      input: text,
      encoding: 'utf8',
      env: { PATH: bin, MAESTRO_ROOT: root },
      maxBuffer: 2 ** 26,
    })
  const fields = (parts: readonly FactName[], shell?: Shell) => {
    const { stdout, stderr, status } = run(factsScript(parts, nonce), shell)
    if (status !== 0) throw new Error(`exit ${status}: ${stderr}`)
    return parseResponse(stdout, nonce)
  }
  return { root, run, fields, facts: (parts, shell) => readFacts(fields(parts, shell), parts) }
}

function writeInto(path: string, text: string | null): void {
  mkdirSync(text === null ? path : dirname(path), { recursive: true })
  if (text !== null) writeFileSync(path, text)
}

function writeTool(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}

const found = new Map<string, string>()

function pathOf(tool: string): string {
  const known = found.get(tool)
  if (known !== undefined) return known
  const path = spawnSync('sh', ['-c', 'command -v -- "$1"', 'sh', tool], { encoding: 'utf8' }).stdout.trim()
  // printf is one of the shell's own words.
  const whole = path.startsWith('/') ? path : `/usr/bin/${tool}`
  found.set(tool, whole)
  return whole
}
