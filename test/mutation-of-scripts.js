#!/usr/bin/env node
// Whether the tests can fail: plants one defect in each remote script, in a copy of the project, and prints which tests found it. Unit tests
// of the script's own room come first, then the practice fleet. Run by hand: `npm run mutation`, or `npm run mutation -- facts/disk.sh`.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

// Each takes the text of a script and gives back another that is still a program, or the same where it finds no place for itself.
const defects = [
  [
    'tells something else',
    (text) => lastOf(text, /(?<=^\s*(?:.*(?:&&|;) )?)fact (\w+) \S.*?(?=$| &&|;)/gm, (_, key) => `fact ${key} other`),
  ],
  ['decides the other way', (text) => lastOf(text, /(?<=^\s*)if (?![!(])/gm, () => 'if ! ')],
  ['goes on where it must not', (text) => lastOf(text, / \|\| (?!true|:|sleep)/g, () => ' && ')],
  ['leaves out what comes next', (text) => lastOf(text, / && /g, () => ' && false && ')],
  ['does nothing', (text) => lastOf(text, /(?<=^ +)[a-z_].*$/gm, () => ':')],
]

/** The text with the last place of a pattern replaced, comments left alone. */
function lastOf(text, pattern, replace) {
  const places = [...text.matchAll(pattern)].filter(({ index }) => !isInComment(text, index))
  const place = places.at(-1)
  if (place === undefined) return text
  return text.slice(0, place.index) + replace(...place) + text.slice(place.index + place[0].length)
}

const isInComment = (text, index) =>
  text
    .slice(text.lastIndexOf('\n', index) + 1, index)
    .trimStart()
    .startsWith('#')

function plant(text) {
  for (const [what, defect] of defects) {
    const now = defect(text)
    if (now !== text) return { what, now, line: lineOf(text, now) }
  }
  throw new Error('no defect fits')
}

function lineOf(text, now) {
  const old = text.split('\n')
  return now.split('\n').findIndex((line, index) => line !== old[index]) + 1
}

const anyScript = ['test/remote/lib/prelude', 'test/remote/facts/read-facts', 'test/run/session/clock-skew']

// What is not tested by the tests of its own room, or has none.
const testedBy = {
  'lib/apt-lock.sh': ['test/remote/lib/apt-lock.test.ts'],
  'job/job.sh': ['test/remote/job/', 'test/remote/weave/'],
  'lib/docker-cli.sh': [
    'test/remote/facts/compose.test.ts',
    'test/remote/facts/docker.test.ts',
    'test/remote/compose/',
  ],
  'lib/docker-source.sh': ['test/remote/facts/docker-packages.test.ts'],
  'facts/haproxy.sh': ['test/remote/facts/doctor-facts.test.ts'],
  'facts/engine.sh': ['test/remote/facts/docker-packages.test.ts'],
  'facts/candidates.sh': ['test/remote/facts/docker-packages.test.ts'],
  'facts/systemd.sh': ['test/remote/facts/doctor-facts.test.ts'],
  'facts/tools.sh': ['test/remote/facts/doctor-facts.test.ts'],
  'facts/weave.sh': ['test/remote/facts/docker.test.ts'],
  'lib/apt-pins.sh': ['test/remote/facts/security.test.ts'],
  'lib/read-apt.sh': ['test/remote/facts/security.test.ts', 'test/remote/facts/unattended.test.ts'],
  'compose/stage.sh': ['test/remote/facts/compose.test.ts'],
}

/** What is run until something is red: the fast first. */
function suitesFor(script) {
  const [room, name] = script.includes('/') ? script.replace('.sh', '').split('/') : ['.', script]
  const own = room === 'facts' ? `test/remote/facts/${name}.test.ts` : `test/remote/${room}/`
  const unit = testedBy[script] ?? (room !== '.' && existsSync(join(root, own)) ? [own] : anyScript)
  return [
    { name: `unit ${unit[0]}`, args: ['--project', 'unit', ...unit] },
    {
      name: 'a run on the lab',
      args: ['--project', 'e2e', 'test/e2e/lab.test.ts', '-t', 'behind its load balancer|where there were none'],
    },
    { name: 'the lab', args: ['--project', 'e2e', 'test/e2e/lab.test.ts', 'test/e2e/doctor.test.ts'] },
  ]
}

function isRed(copy, { args }) {
  const command = ['node_modules/.bin/vitest', 'run', '--config', 'test/vitest.config.ts', '--bail', '1', ...args]
  const { status, error } = spawnSync(process.execPath, command, { cwd: copy, stdio: 'ignore' })
  if (error !== undefined) throw error
  return status !== 0
}

const green = new Set()

// Red for another reason, it would have found whatever was planted.
function requireGreen(copy, suite) {
  if (green.has(suite.name)) return
  build(copy)
  if (isRed(copy, suite)) throw new Error(`${suite.name} is red with nothing planted`)
  green.add(suite.name)
}

function build(copy) {
  const { status } = spawnSync(process.execPath, ['bin/build.js'], { cwd: copy, stdio: 'inherit' })
  if (status !== 0) throw new Error('the copy cannot be built')
}

function makeCopy() {
  const copy = mkdtempSync(join(tmpdir(), 'maestro-mutation-'))
  const left = ['node_modules', '.git', 'dist']
  for (const name of readdirSync(root).filter((each) => !left.includes(each)))
    cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

function tryScript(copy, script) {
  const { what, now, line } = plant(readFileSync(join(root, 'src/remote', script), 'utf8'))
  const found = suitesFor(script).find((suite) => finds(copy, suite, { script, now }))
  console.log([script.padEnd(36), `line ${line}`.padEnd(9), what.padEnd(27), found?.name ?? 'NOT FOUND'].join(' '))
  return found !== undefined
}

function finds(copy, suite, { script, now }) {
  requireGreen(copy, suite)
  const path = join(copy, 'src/remote', script)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, now)
  try {
    build(copy)
    return isRed(copy, suite)
  } finally {
    writeFileSync(path, text)
  }
}

function main(wanted) {
  const copy = makeCopy()
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }))
  const all = readdirSync(`${root}src/remote`, { recursive: true }).filter((name) => name.endsWith('.sh'))
  const scripts = all.filter((name) => wanted.length === 0 || wanted.includes(name)).toSorted()
  const alive = scripts.filter((script) => !tryScript(copy, script))
  console.log(
    `${scripts.length} defects planted, ${alive.length} not found${alive.length > 0 ? `: ${alive.join(', ')}` : ''}`,
  )
  return alive.length
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
process.exit(main(process.argv.slice(2)) === 0 ? 0 : 1)
