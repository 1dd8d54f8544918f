#!/usr/bin/env node
// Every shell file of the project, by shellcheck at its strictest.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scripts = ['src', 'test', 'fixtures'].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(sh|bash)$/.test(path) || path.startsWith('bin/'))
    .map((path) => `${folder}/${path}`),
)

const { error, status } = spawnSync('shellcheck', ['--severity=style', ...scripts], { cwd: root, stdio: 'inherit' })
if (error?.code === 'ENOENT') {
  process.stderr.write('shellcheck is not here: not run\n')
  process.exitCode = process.env.MAESTRO_REQUIRE_ALL === '1' ? 1 : 0
} else if (error !== undefined) {
  throw error
} else {
  process.exitCode = status ?? 1
  if (status === 0) process.stdout.write(`shellcheck: ${scripts.length} files, no complaint\n`)
}
