import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { runMaestro } from '../support/fixtures/loopback-fleet.ts'
import { itNeeds } from '../support/tools.ts'

const run = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const manifest = (names: readonly string[]) =>
  `docker:\n  servers:\n${names.map((name) => `  - server: {unique_name: ${name}, address: ${name}}\n`).join('')}postgresql:\n  server: {unique_name: db-9, address: db-9}\n`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-completion-'))
  writeFileSync(join(folder, 'Manifest.yml'), manifest(['web-1', 'app-2']))
  writeFileSync(join(folder, 'other.yml'), manifest(['elsewhere-3']))
  // Completes as maestro does, and prints whatever else it is told to do.
  const maestro = join(folder, 'maestro')
  writeFileSync(
    maestro,
    `#!/bin/sh\ncase $1 in complet*) exec '${process.execPath}' '${run}' "$@";; esac\necho "ran:" "$@" "."\n`,
  )
  chmodSync(maestro, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true }))

const shells = {
  bash: { start: 'bash --norc --noprofile -i', setup: 'source <(maestro completion bash)' },
  zsh: { start: 'zsh -f -i', setup: 'autoload -Uz compinit; compinit -u -D; source <(maestro completion zsh)' },
  fish: { start: 'fish --no-config -i', setup: 'maestro completion fish | source' },
}

// Types at a terminal of the shell's own, a line each time it is ready for one.
async function type(shell: keyof typeof shells, line: string): Promise<string> {
  const { start, setup } = shells[shell]
  const running = spawn('script', ['-qec', start, '/dev/null'], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, TERM: 'xterm', PS1: 'READY> ', LC_ALL: 'C.UTF-8' },
  })
  onTestFinished(() => void running.kill('SIGKILL'))
  const isReady = shell === 'fish' ? /[>#] [^\n]*$/ : /READY> [^\n]*$/
  const lines = [`${setup}; echo set""up\r`, `${line}\r`]
  let screen = ''
  let unread = ''
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    // What is typed while it ends has no reader any more, and that it ended is told below.
    running.stdin.on('error', () => undefined)
    running.on('close', () => reject(new Error(`${shell} ended: ${screen}`)))
    running.stdout.on('data', (data) => {
      screen += data
      unread += data
      const ran = /ran: (.*) \./.exec(unread)
      if (ran?.[1] !== undefined) return resolve(ran[1])
      const isNext = lines.length === 2 || /setup/.test(screen)
      if (!isNext || !isReady.test(unread)) return
      running.stdin.write(lines.shift() ?? '')
      unread = ''
    })
  })
}

describe.each(['bash', 'zsh', 'fish'] as const)('shell completion in %s', (shell) => {
  itNeeds(['script', shell]).each([
    ['maestro reboot-s\t', 'reboot-status'],
    ['maestro manifest ex\t', 'manifest example'],
    ['maestro status --output j\t', 'status --output json'],
    ['maestro status --output=j\t', 'status --output=json'],
    ['maestro status --environ\tproduction', 'status --environment production'],
    ['maestro status --group dock\t', 'status --group docker'],
    ['maestro status --server we\t --exclude ap\t', 'status --server web-1 --exclude app-2'],
    ['maestro status -m oth\t --server el\t', 'status -m other.yml --server elsewhere-3'],
  ])('completes %j', async (line, whole) => {
    expect((await type(shell, line)).trim().replace(/ +/g, ' ')).toBe(whole)
  })
})

describe('maestro completion', () => {
  it('rejects an unknown shell with exit code 2', async () => {
    const { exitCode, stderr } = await runMaestro(folder, ['completion', 'tcsh'])

    expect(exitCode).toBe(2)
    expect(stderr).toContain('bash, zsh, fish')
  })

  it('prints nothing when the manifest is invalid', async () => {
    const answer = await runMaestro('/', ['complete', 'bash', '--', 'status', '--group', ''])

    expect(answer).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('hides its internal command from the help', async () => {
    const { stdout } = await runMaestro(folder, ['--help'])

    expect(stdout).toContain('completion')
    expect(stdout).not.toMatch(/^ +complete /m)
  })
})
