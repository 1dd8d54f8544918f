import { writeFileSync } from 'node:fs'

// Loaded into the measured process: leaves its own account of what it used.
process.on('exit', () => writeFileSync(process.env.MAESTRO_BENCH_USAGE, JSON.stringify(process.resourceUsage())))
