// What it costs to start: `maestro --help` against a bare node.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './median.js'

const maestro = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
// Node 20 reads this file at every start, which is the computer's affair and not maestro's.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
const rounds = 25
const limitMs = 25

/** Medians of two commands that take turns, so that both meet the same computer. */
export function benchStart() {
  const pairs = Array.from({ length: rounds }, () => [timeMs(['-e', '0']), timeMs([maestro, '--help'])])
  const [nodeMs, helpMs] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])))
  const overMs = helpMs - nodeMs
  return [
    { what: 'node -e 0', figure: `${nodeMs.toFixed(1)} ms` },
    { what: 'maestro --help', figure: `${helpMs.toFixed(1)} ms` },
    {
      what: 'maestro --help over node -e 0',
      figure: `${overMs.toFixed(1)} ms`,
      limit: `at most ${limitMs}`,
      isWithin: overMs <= limitMs,
    },
  ]
}

function timeMs(args) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, args, { env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return performance.now() - began
}
