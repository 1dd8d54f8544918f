import { execFile } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { MaestroError } from '../errors.ts'
import { checkExecutable } from '../manifest/check-executable.ts'
import { bad, type Check, ok, warn } from '../report/check.ts'
import type { Chosen } from './choose-servers.ts'
import { fromHome, runsFolder } from './home.ts'

/** What of this computer the commands need. Changes nothing. */
export async function checkHere({ manifest, title }: Chosen): Promise<readonly Check[]> {
  return [
    ok('manifest', title),
    nodeCheck(),
    await sshCheck(),
    await agentCheck(),
    ...manifest.settings.ssh.identityFiles.map((path) => identityCheck(fromHome(path))),
    ...(await programChecks(manifest)),
    journalCheck(),
  ]
}

const oldestNode = [20, 19] as const

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])
  if (!isOld) return ok('node', process.version)
  return bad('node', `Node ${process.version} is older than 20.19`, {
    stops: ['every command'],
    fix: 'install a current Node',
  })
}

async function sshCheck(): Promise<Check> {
  try {
    const { stderr } = await promisify(execFile)('ssh', ['-V'], { timeout: 5000 })
    return ok('ssh', stderr.trim())
  } catch {
    return warn(
      'ssh',
      'there is no ssh here: Match, tokens and some other lines of an ssh config are not understood',
      'apt-get install openssh-client',
    )
  }
}

async function agentCheck(): Promise<Check> {
  const path = process.env.SSH_AUTH_SOCK
  if (path === undefined || path === '')
    return ok('keys', 'no ssh agent (SSH_AUTH_SOCK is not set): keys come from files')
  const isThere = await new Promise<boolean>((settle) => {
    const socket = connect(path)
    const end = (value: boolean) => {
      socket.destroy()
      settle(value)
    }
    socket.setTimeout(2000, () => end(false))
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  })
  if (isThere) return ok('keys', `the ssh agent ${path} answers`)
  return warn(
    'keys',
    `SSH_AUTH_SOCK names ${path}, and no agent answers there`,
    'start one: eval "$(ssh-agent)"; ssh-add',
  )
}

function identityCheck(path: string): Check {
  try {
    const { mode } = statSync(path)
    const isOpen = (mode & 0o077) !== 0
    const isEncrypted = /ENCRYPTED|bcrypt/.test(decoded(readFileSync(path, 'latin1')))
    if (isOpen) return warn('keys', `${path} can be read by others: ssh itself would not use it`, `chmod 600 ${path}`)
    return ok(
      'keys',
      `${path}${isEncrypted ? ', encrypted: it is asked for at a terminal, for cron use an agent' : ''}`,
    )
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error
    return bad('keys', `${path} cannot be read (${why})`, {
      stops: ['every command'],
      fix: 'maestro.ssh.identity_file in the manifest names it',
    })
  }
}

// OpenSSH's own form names its cipher and bcrypt in the first bytes of what is encoded.
const decoded = (text: string) =>
  `${text.slice(0, 400)}${Buffer.from(text.split('\n').slice(1, 4).join(''), 'base64').toString('latin1')}`

async function programChecks({ path, settings }: Chosen['manifest']): Promise<readonly Check[]> {
  const { inventory, hooks, provider } = settings
  const programs = [inventory, ...Object.values(hooks), provider?.command].filter((program) => program !== undefined)
  return Promise.all(programs.map((program) => programCheck(resolve(dirname(path), program))))
}

async function programCheck(program: string): Promise<Check> {
  try {
    await checkExecutable(program, process.getuid?.())
    return ok('manifest', `${program} can be run`)
  } catch (error) {
    if (!(error instanceof MaestroError)) throw error
    return bad('manifest', error.message, { stops: ['deploy'], fix: error.hint })
  }
}

function journalCheck(): Check {
  const folder = runsFolder()
  try {
    accessSync(nearest(folder), constants.W_OK)
    return ok('journal', folder)
  } catch {
    return bad('journal', `${folder} cannot be written`, {
      stops: ['every command that changes servers'],
      fix: 'set XDG_STATE_HOME to a folder of your own',
    })
  }
}

// The folder is made by the first run; until then what counts is whether it can be.
function nearest(folder: string): string {
  try {
    statSync(folder)
    return folder
  } catch {
    return dirname(folder) === folder ? folder : nearest(dirname(folder))
  }
}
