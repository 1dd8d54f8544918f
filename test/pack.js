#!/usr/bin/env node
// Packs maestro as users get it, unpacks it elsewhere and runs it there: what is not in the tarball cannot be used.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'maestro-pack-'))
const isScript = (file) => file.endsWith('.sh')
const run = (file, args) =>
  execFileSync(file, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  run('tar', ['-xzf', tarball])
  const packed = readdirSync(`${folder}/package`, { recursive: true })

  const scripts = readdirSync(`${root}src/remote`, { recursive: true }).filter(isScript)
  assert.ok(scripts.length > 5, 'the remote scripts are where this test looks for them')
  for (const script of scripts) {
    const [ours, theirs] = [`${root}src/remote/${script}`, `${folder}/package/dist/${script}`]
    assert.equal(readFileSync(theirs, 'utf8'), readFileSync(ours, 'utf8'), `${script} is packed as it is`)
  }
  for (const standIn of readdirSync(`${root}src/lab/stand-ins`).filter(isScript))
    assert.ok(packed.includes(`dist/stand-ins/${standIn}`), `${standIn} is packed`)
  for (const file of ['README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md'])
    assert.ok(packed.includes(file), `${file} is packed`)
  for (const file of packed) assert.doesNotMatch(file, /\.ts$|^test|^node_modules/, 'nothing of the workshop is packed')

  const { version, dependencies, man } = JSON.parse(readFileSync(`${folder}/package/package.json`, 'utf8'))
  assert.equal(dependencies, undefined, 'users install nothing but maestro itself')
  const maestro = (...args) => run(process.execPath, [`${folder}/package/bin/run.js`, ...args])
  assert.equal(maestro('--version').trim(), version)
  assert.match(maestro('--help'), /reboot-status/)
  const manPage = readFileSync(`${folder}/package/${man}`, 'utf8')
  assert.ok(manPage.includes('.SS maestro status '), 'the man page is packed')
  assert.equal(maestro('manifest', 'example'), readFileSync(`${root}fixtures/manifests/every-key.yml`, 'utf8'))
  process.stdout.write(`pack-test: ${tarball}, ${packed.length} files, runs by itself\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
