import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const atExit = fileURLToPath(new URL('at-exit.js', import.meta.url))
export const maestro = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export const isInstalled = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0

// dash prints what its children cost, and theirs, to a hundredth of a second: `0m1.23s 0m0.45s` in its second line.
const measured = '"$@" >output 2>&1; code=$?; times >times; exit $code'

/** Runs a command in a folder: what it and its children cost, how long it took, and what it printed. Throws where it fails. */
export async function measure([file, ...args], { folder, env = {} }) {
  const began = performance.now()
  const child = spawn('/bin/sh', ['-c', measured, 'sh', file, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    stdio: 'ignore',
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const wallMs = performance.now() - began
  const output = readFileSync(`${folder}/output`, 'utf8')
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${output.slice(-500)}`)
  const [, line] = readFileSync(`${folder}/times`, 'utf8').split('\n')
  const cpuMs = [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + (m * 60 + Number(s)) * 1000, 0)
  return { wallMs, cpuMs, output }
}

/** The same of maestro, and the most memory that it ever had. */
export async function measureMaestro(args, { folder }) {
  const usage = `${folder}/usage`
  const env = { NODE_OPTIONS: `--import ${atExit}`, MAESTRO_BENCH_USAGE: usage }
  const figures = await measure([process.execPath, maestro, ...args], { folder, env })
  const { maxRSS } = JSON.parse(readFileSync(usage, 'utf8'))
  rmSync(usage)
  return { ...figures, memoryBytes: maxRSS * 1024 }
}
