import { accessSync, constants, statSync } from 'node:fs'
import { errorFinding, everything, type Finding, okFinding, warningFinding } from '../../checks/finding.ts'
import { fromHome } from '../../cli/paths.ts'
import type { SshSettings } from '../../manifest/settings.ts'
import { listAgent } from '../../ssh/auth/agent-list.ts'
import { makeIdentities } from '../../ssh/auth/identities.ts'
import { output } from './command-output.ts'

/** What of this computer's ssh is there to connect with. */
export async function checkLocalSsh({
  config,
  identityFiles,
  knownHostsFile,
}: SshSettings): Promise<readonly Finding[]> {
  return [
    await programCheck(),
    configCheck(config),
    knownHostsCheck(fromHome(knownHostsFile ?? '~/.ssh/known_hosts')),
    await agentCheck(process.env.SSH_AUTH_SOCK),
    ...(await Promise.all(identityFiles.map((path) => identityCheck(fromHome(path))))),
  ]
}

async function programCheck(): Promise<Finding> {
  const version = await output('ssh', ['-V'])
  if (version !== undefined) return okFinding('ssh', version)
  return warningFinding(
    'ssh',
    'there is no ssh: Match, tokens and some other lines of an ssh config are not understood',
    'apt-get install openssh-client',
  )
}

function configCheck(config: string | undefined): Finding {
  if (config === 'none') return okFinding('ssh', 'no ssh config is read (maestro.ssh.config: none)')
  const path = fromHome(config ?? '~/.ssh/config')
  const problem = whyUnreadable(path)
  if (problem === undefined) return okFinding('ssh', `config ${path}`)
  if (config === undefined && problem === 'ENOENT') return okFinding('ssh', `no ${path}`)
  return errorFinding('ssh', `${path} cannot be read (${problem})`, {
    stops: everything,
    fix: 'maestro.ssh.config names it',
  })
}

function knownHostsCheck(path: string): Finding {
  const problem = whyUnreadable(path)
  if (problem === undefined) return okFinding('ssh', `known hosts in ${path}`)
  if (problem === 'ENOENT')
    return okFinding('ssh', `no ${path}: every host key is unknown that other files do not have`)
  return errorFinding('ssh', `${path} cannot be read (${problem})`, { stops: everything, fix: `chmod u+r ${path}` })
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

async function agentCheck(socket: string | undefined): Promise<Finding> {
  if (!socket) return okFinding('keys', 'no ssh agent (SSH_AUTH_SOCK is not set): keys come from files')
  try {
    const { length } = await listAgent(socket, agentTimeoutMs)
    if (length === 0) return warningFinding('keys', 'the ssh agent holds no key', 'ssh-add')
    return okFinding('keys', `the ssh agent holds ${length} ${length === 1 ? 'key' : 'keys'}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return warningFinding('keys', `no ssh agent answers at SSH_AUTH_SOCK: ${why}`, 'eval "$(ssh-agent)"; ssh-add')
  }
}

async function identityCheck(path: string): Promise<Finding> {
  const identity = await makeIdentities().read(path)
  if (identity.status === 'key') return okFinding('keys', `${path} is a key without a passphrase`)
  if (identity.status === 'encrypted')
    return okFinding('keys', `${path} is encrypted: asked for at a terminal; cron needs an agent`)
  if (identity.status === 'absent' && identity.publicKey !== undefined)
    return okFinding('keys', `${path} stands for a key that an agent has to hold`)
  return errorFinding('keys', `${path} ${identity.why}`, {
    stops: ['every command, where no other key is taken'],
    fix: 'maestro.ssh.identity_file in the manifest names it',
  })
}
