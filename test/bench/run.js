#!/usr/bin/env node
// What maestro costs, each figure as a ratio or difference to a control that runs beside it; absolute figures are only shown.
import { benchConnections } from './connections.js'
import { benchStart } from './start.js'

const rows = [...benchStart(), ...(await benchConnections())]
const width = Math.max(...rows.map(({ what }) => what.length))
for (const { what, figure, limit = '', isWithin = true } of rows) {
  const verdict = limit === '' ? '' : `  (${limit})${isWithin ? '' : '  NOT WITHIN'}`
  process.stdout.write(`${what.padEnd(width)}  ${figure}${verdict}\n`)
}
if (rows.some(({ isWithin = true }) => !isWithin)) process.exitCode = 1
