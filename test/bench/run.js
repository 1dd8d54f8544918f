#!/usr/bin/env node
// What maestro costs, each figure as a ratio or difference to a control that runs beside it; absolute figures are only shown.
// Named sections alone where some are named (start, connections, peers, many, profile).
import { tableOf, whereAndWhen, writeSection } from './benchmarks-file.js'
import { benchConnections } from './connections.js'
import { benchMany } from './many.js'
import { benchPeers } from './peers.js'
import { benchProfile } from './profile.js'
import { benchStart } from './start.js'

const percent = (share) => `${(share * 100).toFixed(0)} %`

const rowsText = (rows) => {
  const verdict = ({ limit, isWithin }) => (limit === undefined ? '' : `${limit}${isWithin ? '' : ', NOT HELD'}`)
  return tableOf([['', 'figure', 'limit'], ...rows.map((row) => [row.what, row.figure, verdict(row)])])
}

function peersText({ count, rows, missing }) {
  const cells = ({ what, cpuMs, wallMs, cpuRatio, wallRatio }) => [
    what,
    `${cpuMs.toFixed(1)} ms`,
    `${(wallMs / 1000).toFixed(2)} s`,
    cpuRatio.toFixed(2),
    wallRatio.toFixed(2),
  ]
  const head = [`${count} servers`, 'CPU a server', 'wall', 'maestro / it, CPU', 'maestro / it, wall']
  const absent = missing.length > 0 ? `\nNot installed: ${missing.join(', ')}.\n` : ''
  return `${tableOf([head, ...rows.map(cells)])}${absent}`
}

const sections = {
  start: async () => report(benchStart()),
  connections: async () => report(await benchConnections()),
  peers: async () => {
    const tables = await benchPeers()
    // A hundred are shown; what must hold is asked of three hundred, where a start weighs little.
    const { count, isWithin } = tables.at(-1)
    const gate = `at ${count} at most half the CPU of clush and parallel-ssh, and not slower`
    const text = `${tables.map(peersText).join('\n')}\nLimit: ${gate}: ${isWithin ? 'held' : 'NOT HELD'}.\n`
    return { text, isWithin }
  },
  many: async () => report(await benchMany()),
  profile: async () => {
    const rows = (await benchProfile()).map(({ what, share, ms }) => [what, percent(share), `${ms.toFixed(2)} ms`])
    return { text: tableOf([['of `maestro reboot-status`', 'share', 'CPU a server'], ...rows]), isWithin: true }
  },
}

const report = (rows) => ({ text: rowsText(rows), isWithin: rows.every(({ isWithin = true }) => isWithin) })

const wanted = process.argv.slice(2)
for (const [name, bench] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { text, isWithin } = await bench()
  process.stdout.write(`\n${name}\n\n${text}`)
  writeSection(name, `${whereAndWhen()}\n\n${text}`)
  if (!isWithin) process.exitCode = 1
}
