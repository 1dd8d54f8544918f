import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { screenOf } from '../../cli/terminal.ts'
import { renderTable } from '../../report/format/table.ts'
import type { LabFlags } from './flags.ts'
import { type PreparedLab, prepareLab } from './prepare.ts'

/** Runs a lab until a signal; Ctrl-C is its proper end. */
export async function labUp(flags: LabFlags, stop: AbortSignal): Promise<number> {
  const lab = await prepareLab(flags)
  try {
    process.stdout.write(`${describeFleet(lab)}${flags.light ? lightNote : suggestions(lab)}\nCtrl-C ends it.\n`)
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    await lab.end()
  }
  return stop.reason === exitCodes.interrupted ? exitCodes.ok : Number(stop.reason)
}

type Running = { readonly flags: LabFlags; readonly words: readonly string[]; readonly stop: AbortSignal }

/** Runs a command that finds a lab, and ends the lab with it; returns the exit code of the command. */
export async function labRun({ flags, words, stop }: Running): Promise<number> {
  const lab = await prepareLab(flags)
  try {
    return await runCommand(words, { env: { ...process.env, ...lab.env }, stop })
  } finally {
    await lab.end()
  }
}

type RunEnvironment = { readonly env: NodeJS.ProcessEnv; readonly stop: AbortSignal }

function runCommand([file = '', ...args]: readonly string[], { env, stop }: RunEnvironment): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: 'inherit' })
    // A terminal sends Ctrl-C to the command itself; a second signal would make it exit at once.
    const pass = () => {
      if (stop.reason !== exitCodes.interrupted || !process.stdin.isTTY) child.kill(signalOf(Number(stop.reason)))
    }
    stop.addEventListener('abort', pass)
    child.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'there is no such command' : error.message
      reject(new UsageError(`${file} cannot be run: ${why}`))
    })
    child.on('close', (code, signal) => {
      stop.removeEventListener('abort', pass)
      resolve(signal === null ? (code ?? exitCodes.failed) : 128 + constants.signals[signal])
    })
  })
}

const signalOf = (exitCode: number) => exitCode - 128

const shownAtMost = 12

function describeFleet({ folder, servers }: PreparedLab): string {
  const table = renderTable({
    head: ['SERVER', 'GROUP', 'PORT', ''],
    rows: servers.slice(0, shownAtMost).map(({ name, group, port, story }) => [name, group, String(port), story]),
    widthColumns: screenOf(process.stdout).columns,
  })
  const more = servers.length - shownAtMost
  const rest = more > 0 ? `\n… and ${more} more` : ''
  return `A practice fleet on 127.0.0.1. None of it is real, and nothing of this computer is changed.

${table}${rest}

In another terminal:

    . ${folder}/env    # maestro and its manifest, in that shell
    maestro status
    maestro reboot-status
`
}

const lightNote = '\nLight servers are read-only: they refuse every change.\n'

function suggestions({ folder, servers }: PreparedLab): string {
  const some = servers.at(1)?.name ?? servers[0]?.name
  return `    maestro security-upgrade --dry-run
    maestro security-upgrade

What goes wrong, while it runs (drops, down, slow, apt-locked, failing-postinst
or never-returns):

    echo never-returns > ${folder}/${some}/lab/fault
    : > ${folder}/${some}/lab/fault    # all is well again
`
}
