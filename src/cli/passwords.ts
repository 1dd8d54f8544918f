import { UsageError } from '../base/errors.ts'
import type { Secret } from '../base/secret.ts'
import type { ServerFlags } from './flags.ts'
import { readPasswordFile } from './password-file.ts'
import { mayAsk } from './terminal.ts'

type PasswordFlags = Pick<ServerFlags, 'askPassword' | 'askSudoPassword'>

/** What a person or a file has given for this run; absent: servers must let us in, and let us be root, without. */
export interface Passwords {
  /** For logging in, where a server takes no key. */
  readonly ssh: Secret | undefined
  readonly sudo: Secret | undefined
}

const fileVariable = 'MAESTRO_SUDO_PASSWORD_FILE'

/** Takes the passwords that the flags and MAESTRO_SUDO_PASSWORD_FILE speak of; each is asked for once, before any server is contacted. */
export async function passwordsFor(flags: PasswordFlags): Promise<Passwords> {
  assertTerminal(flags)
  const file = process.env[fileVariable]
  return {
    ssh: flags.askPassword ? await ask('SSH password:') : undefined,
    sudo: flags.askSudoPassword
      ? await ask('sudo password:')
      : file
        ? await readPasswordFile(file, { name: fileVariable, uid: process.getuid?.() })
        : undefined,
  }
}

function assertTerminal({ askPassword, askSudoPassword }: PasswordFlags): void {
  if (mayAsk()) return
  if (askSudoPassword)
    throw new UsageError('--ask-sudo-password: no terminal to ask at', {
      hint: `put it in a file of yours with mode 0600: ${fileVariable}=/path/to/file`,
    })
  if (askPassword)
    throw new UsageError('--ask-password: no terminal to ask at', {
      hint: 'log in with a key: from an agent, or without a passphrase (maestro.ssh.identity_file in the manifest)',
    })
}

async function ask(message: string): Promise<Secret | undefined> {
  const { askSecret } = await import('./prompts.ts')
  const secret = await askSecret(message)
  // Enter alone is no password: then it goes on as without the question.
  return secret.reveal() === '' ? undefined : secret
}
