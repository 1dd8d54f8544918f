import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import {
  type JobStatus,
  jobFiles,
  type LogPiece,
  readJobStatus,
  readLogPiece,
  readRefusal,
  readTree,
} from '../../../src/remote/job/status.ts'
import { parseResponse } from '../../../src/remote/response.ts'
import { makeScript } from '../../../src/remote/script.ts'
import { aServer, type FakeServer, type Shell } from '../a-server.ts'

type Inputs = Readonly<Record<string, string>>

/** A job on a server with a made-up root, and with real processes, which end with the test. */
export interface AJob extends FakeServer {
  /** Begins it; returns why it was refused. */
  readonly start: (work: string, inputs?: Inputs) => string | undefined
  readonly startText: (work: string, inputs?: Inputs) => string
  readonly follow: (inputs?: Inputs) => JobStatus & { readonly piece: LogPiece | undefined }
  /** Waits until it has ended; its standing then, and its log. */
  readonly end: () => { readonly standing: JobStatus; readonly log: string }
  readonly tree: () => ReturnType<typeof readTree>
  /** What is in a file below the root's /var; empty where there is none. */
  readonly file: (path: string) => string
}

export const run = '20261123-091500-test'
export const state = `lib/maestro/${run}`
export const logs = `log/maestro/${run}`

const names = { job_run: run, job_step: 'upgrade' }
const nonce = 'c0ffee'

/** Starts a unit: the same process, without the manager. From then until it has begun, `systemctl` has it as activating. */
export const systemdRun =
  'touch "$MAESTRO_ROOT/unit"; while [ "$1" != /bin/sh ]; do shift; done; shift; setsid sh "$@" </dev/null >/dev/null 2>&1 &'
export const systemctl = `[ ! -e "$MAESTRO_ROOT/unit" ] || [ -e "$MAESTRO_ROOT/var/${state}/upgrade.begun" ] || echo activating`

type Ground = { readonly tools?: Inputs; readonly files?: Readonly<Record<string, string | null>> }

export function aJob(shell: Shell, { tools = {}, files = {} }: Ground = {}): AJob {
  const [program = 'sh', ...args] = shell.command
  const sh = `exec ${[whereIs(program), ...args].join(' ')} "$@"`
  const server = aServer({ files: { 'var/lib': null, 'var/log': null, ...files }, tools: { sh, ...tools } })
  symlinkSync('/proc', `${server.root}/proc`)

  const file = (path: string) => {
    const whole = `${server.root}/var/${path}`
    return existsSync(whole) ? readFileSync(whole, 'utf8') : ''
  }
  const ask = (text: string) => {
    const { stdout, stderr, status } = server.run(text, shell)
    if (status !== 0) throw new Error(`exit ${status}: ${stderr}`)
    return parseResponse(stdout, nonce)
  }
  const script = (name: 'start' | 'follow' | 'tree', inputs: Inputs) =>
    makeScript({ files: jobFiles[name], inputs: { ...names, ...inputs }, nonce })
  const startText = (work: string, inputs: Inputs = {}) =>
    script('start', { job: jobText(work), room_kb: '1', ...inputs })
  const follow = (inputs: Inputs = {}) => {
    const facts = ask(script('follow', { wait_seconds: '0', offset: '0', limit_bytes: '65536', ...inputs }))
    return { ...readJobStatus(facts), piece: readLogPiece(facts) }
  }
  onTestFinished(() => endSession(/^pid=(\d+)$/m.exec(file(`${state}/upgrade.begun`))?.[1]))
  return {
    ...server,
    file,
    startText,
    start: (work, inputs) => readRefusal(ask(startText(work, inputs))),
    follow,
    end: () => {
      for (let asked = 0; asked < 500; asked += 1) {
        const { piece: _, ...standing } = follow()
        if (standing.status !== 'running') return { standing, log: file(`${logs}/upgrade.log`) }
      }
      throw new Error('the job does not come to its end')
    },
    tree: () => readTree(ask(script('tree', {}))),
  }
}

/** The script of a job that does this work. */
export const jobText = (work: string) =>
  makeScript({ files: jobFiles.job, inputs: names, nonce: 'none' }).replace('{\n', () => `{\nwork() {\n${work}\n}\n`)

const whereIs = (tool: string) => spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim()

// Of 0 and 1 the groups are our own, and every process there is.
function endSession(pid: string | undefined): void {
  if (Number(pid) > 1) spawnSync('kill', ['-KILL', '--', `-${pid}`])
}
