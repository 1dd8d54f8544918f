import { userInfo } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { printable } from '../../base/printable.ts'
import type { Secret } from '../../base/secret.ts'
import type { Passwords } from '../../cli/passwords.ts'
import { fromHome } from '../../cli/paths.ts'
import { askHostKeys, askPassphrase, askSecret } from '../../cli/prompts.ts'
import { mayAsk } from '../../cli/terminal.ts'
import type { SshSettings } from '../../manifest/settings.ts'
import type { AskPassword } from '../../ssh/auth/auth-step.ts'
import type { Warn } from '../../ssh/config/host-options.ts'
import { askSsh, optionsWithoutConfig } from '../../ssh/config/ssh-config.ts'
import { type Connections, openConnections } from '../../ssh/connect.ts'
import type { ConnectionOptions, LocalEnvironment } from '../../ssh/connection-options.ts'
import { knownHostsOnDisk } from '../../ssh/known-hosts/known-hosts-files.ts'
import type { Targets } from './targets.ts'

type Using = Pick<Targets, 'manifest' | 'passwords'>

/** The connections of one command, as the manifest's `maestro.ssh` wants them; a person at a terminal is asked about unknown host keys. */
export function openConnectionsFor({ manifest, passwords }: Using, pause: Pause): Connections {
  const { ssh } = manifest.settings
  const warn = warner(pause)
  setFlagsFromString(collectingSooner)
  return openConnections({
    local: localEnvironment(),
    hostOptions: hostOptionsFor(ssh, warn),
    warn,
    knownHosts: knownHostsOnDisk(),
    ...(mayAsk() ? questions(pause, passwords) : {}),
    limits: {
      sessions: ssh.maxSessions,
      connecting: ssh.maxConnecting,
      perJumpHost: ssh.maxConnectingPerGateway,
      signing: ssh.maxAgentSignatures,
    },
  })
}

// A connection leaves far more behind than it keeps, and V8 lets the heap grow to four times what is alive before it collects.
// At two and a half times, 10,000 servers take 300 MB in place of 430, at the same speed.
const collectingSooner = '--heap-growing-percent=150'

// What is worth a line though the connection stands: once, however many servers it is said of.
function warner(pause: Pause): Warn {
  const said = new Set<string>()
  return (text) => {
    if (said.has(text)) return
    said.add(text)
    void pause(async () => process.stderr.write(`maestro: ${printable(text)}\n`))
  }
}

type Questions = Pick<ConnectionOptions, 'askHostKeys' | 'askPassphrase' | 'askPassword'>

function questions(pause: Pause, { ssh }: Passwords): Questions {
  const inTurn = serialize(pause)
  return {
    askHostKeys: (unknown) => inTurn(() => askHostKeys(unknown)),
    askPassphrase: (path) => inTurn(() => askPassphrase(path)),
    askPassword: ssh && answerWith(ssh, inTurn),
  }
}

// A server may also ask for what is no password, such as a code that is good for once: that is the person's to answer each time.
const answerWith =
  (password: Secret, pause: Pause): AskPassword =>
  async ({ user, where, prompt }) =>
    /passw|passphrase/i.test(prompt) ? password : pause(() => askSecret(`${user} at ${where}: ${prompt.trim()}`))

function serialize(pause: Pause): Pause {
  let last: Promise<unknown> = Promise.resolve()
  return (question) => {
    const answer = last.then(() => pause(question))
    last = answer.catch(() => undefined)
    return answer
  }
}

/** Holds what is drawn on the terminal back while a question is put. */
export type Pause = <T>(question: () => Promise<T>) => Promise<T>

function hostOptionsFor({ config, knownHostsFile }: SshSettings, warn: Warn): ConnectionOptions['hostOptions'] {
  const configFile = config === undefined ? {} : { configFile: fromHome(config) }
  const { username } = userInfo()
  return async (question) => {
    const options =
      config === 'none' ? optionsWithoutConfig(question, username) : await askSsh({ ...question, ...configFile }, warn)
    return knownHostsFile === undefined
      ? options
      : { ...options, knownHostsFiles: [knownHostsFile], globalKnownHostsFiles: [] }
  }
}

// The home of the account and not HOME: that is where ssh looks, and what there is under `env -i`.
function localEnvironment(): LocalEnvironment {
  const { username, homedir } = userInfo()
  return { home: homedir, localUser: username, agentSocket: process.env.SSH_AUTH_SOCK || undefined, env: process.env }
}
