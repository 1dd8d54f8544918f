import { accessSync, constants, statSync } from 'node:fs'
import { type Check, everything, fine, note, wrong } from '../../checks/finding.ts'
import { fromHome } from '../../cli/paths.ts'
import type { SshSettings } from '../../manifest/settings.ts'
import { listAgent } from '../../ssh/auth/agent-list.ts'
import { makeIdentities } from '../../ssh/auth/identities.ts'
import { output } from './command-output.ts'

/** What of this computer's ssh is there to connect with. */
export async function checkSshHere({ config, identityFiles, knownHostsFile }: SshSettings): Promise<readonly Check[]> {
  return [
    await programCheck(),
    configCheck(config),
    knownHostsCheck(fromHome(knownHostsFile ?? '~/.ssh/known_hosts')),
    await agentCheck(process.env.SSH_AUTH_SOCK),
    ...(await Promise.all(identityFiles.map((path) => identityCheck(fromHome(path))))),
  ]
}

async function programCheck(): Promise<Check> {
  const version = await output('ssh', ['-V'])
  if (version !== undefined) return fine('ssh', version)
  return note(
    'ssh',
    'there is no ssh: Match, tokens and some other lines of an ssh config are not understood',
    'apt-get install openssh-client',
  )
}

function configCheck(config: string | undefined): Check {
  if (config === 'none') return fine('ssh', 'no ssh config is read (maestro.ssh.config: none)')
  const path = fromHome(config ?? '~/.ssh/config')
  const trouble = whyUnreadable(path)
  if (trouble === undefined) return fine('ssh', `config ${path}`)
  if (config === undefined && trouble === 'ENOENT') return fine('ssh', `no ${path}`)
  return wrong('ssh', `${path} cannot be read (${trouble})`, { stops: everything, fix: 'maestro.ssh.config names it' })
}

function knownHostsCheck(path: string): Check {
  const trouble = whyUnreadable(path)
  if (trouble === undefined) return fine('ssh', `known hosts in ${path}`)
  if (trouble === 'ENOENT') return fine('ssh', `no ${path}: every host key is unknown that other files do not have`)
  return wrong('ssh', `${path} cannot be read (${trouble})`, { stops: everything, fix: `chmod u+r ${path}` })
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile() ? undefined : 'it is no file'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

const agentTimeoutMs = 2_000

async function agentCheck(socket: string | undefined): Promise<Check> {
  if (!socket) return fine('keys', 'no ssh agent (SSH_AUTH_SOCK is not set): keys come from files')
  try {
    const { length } = await listAgent(socket, agentTimeoutMs)
    if (length === 0) return note('keys', 'the ssh agent holds no key', 'ssh-add')
    return fine('keys', `the ssh agent holds ${length} ${length === 1 ? 'key' : 'keys'}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return note('keys', `no ssh agent answers at SSH_AUTH_SOCK: ${why}`, 'eval "$(ssh-agent)"; ssh-add')
  }
}

async function identityCheck(path: string): Promise<Check> {
  const identity = await makeIdentities().read(path)
  if (identity.is === 'key') return fine('keys', `${path} is a key without a passphrase`)
  if (identity.is === 'encrypted')
    return fine('keys', `${path} is encrypted: asked for at a terminal; cron needs an agent`)
  if (identity.is === 'absent' && identity.publicKey !== undefined)
    return fine('keys', `${path} stands for a key that an agent has to hold`)
  return wrong('keys', `${path} ${identity.why}`, {
    stops: ['every command, where no other key is taken'],
    fix: 'maestro.ssh.identity_file in the manifest names it',
  })
}
