import { userInfo } from 'node:os'
import { askSsh, optionsWithoutConfig } from '../inventory/ssh-config.ts'
import type { SshSettings } from '../manifest/settings.ts'
import { type Connections, openConnections } from '../ssh/connect.ts'
import type { ConnectionOptions, Surroundings } from '../ssh/connection-options.ts'
import type { UnknownKey } from '../ssh/host-key.ts'
import { knownHostsOnDisk } from '../ssh/known-hosts-files.ts'
import { fromHome } from './home.ts'
import { mayAsk } from './terminal.ts'

/** The connections of one command, as the manifest's `maestro.ssh` wants them; a person at a terminal is asked about unknown host keys. */
export function openConnectionsFor(ssh: SshSettings, pause: Pause): Connections {
  return openConnections({
    surroundings: surroundings(),
    hostOptions: hostOptionsFor(ssh),
    knownHosts: knownHostsOnDisk(),
    ...(mayAsk() ? { askHostKeys: (unknown) => pause(() => askHostKeys(unknown)) } : {}),
    limits: {
      sessions: ssh.running,
      connecting: ssh.connecting,
      perBastion: ssh.connectingThroughGateway,
      signing: ssh.agentSignatures,
    },
  })
}

/** Holds what is drawn on the terminal back while a question is put. */
export type Pause = <T>(question: () => Promise<T>) => Promise<T>

function hostOptionsFor({ config, knownHostsFile }: SshSettings): ConnectionOptions['hostOptions'] {
  const configFile = config === undefined ? {} : { configFile: fromHome(config) }
  const { username } = userInfo()
  return async (question) => {
    const options =
      config === 'none' ? optionsWithoutConfig(question, username) : await askSsh({ ...question, ...configFile })
    return knownHostsFile === undefined ? options : { ...options, knownHostsFiles: [knownHostsFile] }
  }
}

// The home of the account and not HOME: that is where ssh looks, and what there is under `env -i`.
function surroundings(): Surroundings {
  const { username, homedir } = userInfo()
  return { home: homedir, localUser: username, agentSocket: process.env.SSH_AUTH_SOCK || undefined }
}

async function askHostKeys(unknown: readonly UnknownKey[]): Promise<boolean> {
  const { default: inquirer } = await import('inquirer')
  const { printable } = await import('../printable.ts')
  const lines = unknown.map(({ name, type, fingerprint }) => `  ${name}  ${type}  ${fingerprint}`)
  process.stderr.write(`These host keys are not in known_hosts:\n${lines.map(printable).join('\n')}\n`)
  const { isAccepted } = await inquirer.prompt<{ isAccepted: boolean }>([
    {
      type: 'confirm',
      name: 'isAccepted',
      message: 'Do they belong to your servers? (They are then written down.)',
      default: false,
    },
  ])
  return isAccepted
}
