#!/usr/bin/env node
// What maestro costs, each figure as a ratio or difference to a control that runs beside it; absolute times are only shown.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const maestro = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
// Node 20 reads this file at every start, which is the computer's affair and not maestro's.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
const rounds = 25
const helpLimitMs = 25

function timeMs(args) {
  const began = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - began) / 1e6
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** Medians of two commands that take turns, so that both meet the same computer. */
function sideBySide(one, other) {
  const pairs = Array.from({ length: rounds }, () => [timeMs(one), timeMs(other)])
  return [median(pairs.map(([first]) => first)), median(pairs.map(([, second]) => second))]
}

const [nodeMs, helpMs] = sideBySide(['-e', '0'], [maestro, '--help'])
const overMs = helpMs - nodeMs
process.stdout.write(`node -e 0        ${nodeMs.toFixed(1)} ms\nmaestro --help   ${helpMs.toFixed(1)} ms\n`)
process.stdout.write(`difference       ${overMs.toFixed(1)} ms (at most ${helpLimitMs})\n`)
if (overMs > helpLimitMs) process.exitCode = 1
