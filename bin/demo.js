#!/usr/bin/env node
// `npm run demo`: sets up a fresh clone, and shows maestro at work on a practice fleet, which is gone in the end.
import { spawnSync } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const isTerminal = process.stdout.isTTY === true
const strong = (text) => (isTerminal && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text)

const acts = [
  ['Six servers of a shop. What do they need?', 'status'],
  ['What would be changed? This prints the plan only.', 'deploy', '--security-upgrades', '--reboot', '--dry-run'],
  [
    'Now for real: each server is drained, upgraded, verified, and back in service.',
    ...['deploy', '--security-upgrades', '--reboot', '--yes'],
  ],
  ['And now?', 'reboot-status'],
]

const end = `
That was a practice fleet: real SSH and the real scripts, but no real servers.
Start another one with \`node bin/run.js lab up\`, or use your own servers:

  npm run build && npm pack && npm install --global ./maestro-toolbelt-*.tgz
  maestro manifest init   # asks for your servers, or takes them from a list
  maestro doctor          # checks this computer and every server
  maestro status          # shows what needs patching; changes nothing

Every command that changes servers prints its plan first; with --dry-run it
stops there.
`

// A person reads along; a pipe does not.
const pause = (seconds) => wait(isTerminal ? seconds * 1000 : 0)

async function tour() {
  for (const [words, ...args] of acts) {
    process.stdout.write(`\n${strong(`# ${words}`)}\n`)
    await pause(0.7)
    process.stdout.write(`${strong(`$ maestro ${args.join(' ')}`)}\n`)
    await pause(0.7)
    if (run('maestro', args) !== 0) return 1
    await pause(1.2)
  }
  process.stdout.write(end)
  return 0
}

function run(file, args) {
  const { status, error } = spawnSync(file, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  return status ?? 1
}

function setUpAndPlay() {
  process.stdout.write('Setting up: what the lock file names, and the bundle …\n')
  return (
    run(process.execPath, [path('setup.js')]) ||
    run(process.execPath, [path('run.js'), 'lab', 'run', '--', process.execPath, path('demo.js'), 'tour'])
  )
}

async function setUpAndDraw() {
  const { drawPicture } = await import('./picture.js')
  return run(process.execPath, [path('setup.js')]) || drawPicture(path('../docs/demo.svg'))
}

const ways = { tour, '--picture': setUpAndDraw }
process.exitCode = await (ways[process.argv[2]] ?? setUpAndPlay)()
