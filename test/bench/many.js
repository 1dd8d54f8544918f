// Ten thousand light servers, each word of which arrives 50 ms late: how far `maestro status` is from what its limits allow, and what
// memory it needs.
import { withLightFleet } from './light-fleet.js'
import { measureMaestro } from './measure.js'

const count = 10_000
const few = 500
const latencyMs = 50
const limits = { connecting: 64, running: 128 }
const mostOverBound = 1.3
const mostBytes = 400e6

/** Rows: the bound is the slowest of three queues, each measured for one server in the same run. */
export function benchMany() {
  return withLightFleet({ count, latencyMs }, async ({ folder }) => {
    const status = (...args) => measureMaestro(['status', '-m', 'wide.yml', ...args], { folder })
    // The first one has the servers make their answer.
    await status('--max-servers', '1')
    const one = await status('--max-servers', '1')
    const some = await status('--max-servers', String(few))
    const readyMs = await measureReady(folder)
    const start = await measureMaestro(['manifest', 'servers', '-m', 'wide.yml', '--max-servers', '1'], { folder })
    const all = await status()
    const bounds = {
      connecting: (count * readyMs) / limits.connecting,
      running: (count * (one.wallMs - start.wallMs)) / limits.running,
      processor: (count * (some.cpuMs - one.cpuMs)) / (few - 1),
    }
    const boundMs = Math.max(...Object.values(bounds))
    return rowsOf({ all, bounds, boundMs })
  })
}

async function measureReady(folder) {
  const { output } = await measureMaestro(['doctor', '-m', 'wide.yml', '--max-servers', '1', '--output', 'json'], {
    folder,
  })
  const events = output.split('\n').filter((line) => line.startsWith('{'))
  const { phases } = events.map((line) => JSON.parse(line)).find((event) => event.phases !== undefined)
  return phases.reduce((sum, { durationMs }) => sum + durationMs, 0)
}

function rowsOf({ all, bounds, boundMs }) {
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
  const over = all.wallMs / boundMs
  const bytes = all.memoryBytes
  return [
    ...Object.entries(bounds).map(([what, ms]) => ({
      what: `${count} servers, bound by ${what}`,
      figure: seconds(ms),
    })),
    { what: `${count} servers, took`, figure: seconds(all.wallMs) },
    {
      what: `${count} servers, over the greatest bound`,
      figure: over.toFixed(2),
      limit: `at most ${mostOverBound}`,
      isWithin: over <= mostOverBound,
    },
    {
      what: `${count} servers, most memory`,
      figure: `${Math.round(bytes / 1e6)} MB`,
      limit: `at most ${mostBytes / 1e6} MB`,
      isWithin: bytes <= mostBytes,
    },
  ]
}
