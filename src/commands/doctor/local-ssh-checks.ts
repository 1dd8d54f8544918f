import { accessSync, constants, statSync } from 'node:fs'
import { errorFinding, everything, type Finding, okFinding, warningFinding } from '../../checks/finding.ts'
import { fromHome } from '../../cli/paths.ts'
import type { SshSettings } from '../../manifest/settings.ts'
import { listAgent } from '../../ssh/auth/agent-list.ts'
import { makeIdentities } from '../../ssh/auth/identities.ts'
import { output } from './command-output.ts'

/** Findings on the ssh program, config, known hosts, agent and keys of this computer. */
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
    'the ssh program is missing: Match, tokens and some other lines of an ssh config are not supported',
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
    fix: 'check maestro.ssh.config in the manifest',
  })
}

function knownHostsCheck(path: string): Finding {
  const problem = whyUnreadable(path)
  if (problem === undefined) return okFinding('ssh', `known hosts in ${path}`)
  if (problem === 'ENOENT') return okFinding('ssh', `no ${path}: host keys are unknown unless another file has them`)
  return errorFinding('ssh', `${path} cannot be read (${problem})`, { stops: everything, fix: `chmod u+r ${path}` })
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile() ? undefined : 'not a file'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

const agentTimeoutMs = 2_000

async function agentCheck(socket: string | undefined): Promise<Finding> {
  if (!socket) return okFinding('keys', 'no ssh agent (SSH_AUTH_SOCK is not set): keys are read from files')
  try {
    const { length } = await listAgent(socket, agentTimeoutMs)
    if (length === 0) return warningFinding('keys', 'the ssh agent has no keys', 'ssh-add')
    return okFinding('keys', `the ssh agent has ${length} ${length === 1 ? 'key' : 'keys'}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return warningFinding('keys', `no ssh agent answers at SSH_AUTH_SOCK: ${why}`, 'eval "$(ssh-agent)"; ssh-add')
  }
}

async function identityCheck(path: string): Promise<Finding> {
  const identity = await makeIdentities().read(path)
  if (identity.status === 'key') return okFinding('keys', `${path} is a key without a passphrase`)
  if (identity.status === 'encrypted')
    return okFinding('keys', `${path} is encrypted: its passphrase is asked for at a terminal; cron needs an agent`)
  if (identity.status === 'absent' && identity.publicKey !== undefined)
    return okFinding('keys', `${path} is a public key, whose private key must be in an agent`)
  return errorFinding('keys', `${path} ${identity.why}`, {
    stops: ['every command, unless another key is accepted'],
    fix: 'check maestro.ssh.identity_file in the manifest',
  })
}
