import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bundleForBench } from './bundle-for-bench.js'

const standIns = fileURLToPath(new URL('../../src/lab/stand-ins', import.meta.url))

/** Starts light servers in a process of their own, hands their folder, port and addresses to a work, and takes all away. */
export async function withLightFleet({ count, latencyMs = 0 }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  const program = join(folder, 'program')
  await bundleForBench('servers.ts', join(program, 'servers.mjs'))
  symlinkSync(standIns, join(program, 'stand-ins'))
  const child = spawn(process.execPath, [join(program, 'servers.mjs'), folder, String(count), String(latencyMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    return await work({ folder, ...JSON.parse(await firstLineOf(child)) })
  } finally {
    child.stdin.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

function firstLineOf(child) {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the light servers ended with ${code}`)))
  })
}
