import { readFileSync, statSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { ConnectionOptions } from '../ssh/connection-options.ts'
import type { ServerFlags } from './flags.ts'
import { askSecret } from './questions.ts'
import { mayAsk } from './terminal.ts'

/** The passwords that a command was given. */
export interface Passwords {
  readonly sudo: Secret | undefined
  readonly askPassword: ConnectionOptions['askPassword']
}

const fileName = 'MAESTRO_SUDO_PASSWORD_FILE'

/** Asks for the passwords that the flags want, or reads them; throws a UsageError where nobody is there to ask. */
export async function passwordsFor(flags: Pick<ServerFlags, 'askPassword' | 'askSudoPassword'>): Promise<Passwords> {
  const flag = flags.askPassword ? '--ask-password' : flags.askSudoPassword ? '--ask-sudo-password' : undefined
  if (flag !== undefined && !mayAsk())
    throw new UsageError(`${flag} needs a terminal`, {
      hint: flags.askPassword
        ? 'let a key in instead: ssh-copy-id'
        : `name a file with the password in ${fileName}, mode 0600`,
    })
  const ssh = flags.askPassword ? await askSecret('Password of ssh:') : undefined
  const sudo = flags.askSudoPassword ? await askSecret('Password of sudo:') : fromFile(process.env[fileName])
  return { sudo, askPassword: ssh && (async () => ssh) }
}

function fromFile(path: string | undefined): Secret | undefined {
  if (path === undefined || path === '') return undefined
  const text = readPrivate(path).replace(/\r?\n$/, '')
  if (text === '') throw new UsageError(`${fileName} ${path}: the file is empty`)
  return new Secret(text)
}

function readPrivate(path: string): string {
  try {
    const { mode, uid } = statSync(path)
    if ((mode & 0o077) !== 0)
      throw new UsageError(`${fileName} ${path}: others may read it`, { hint: `chmod 600 ${path}` })
    if (uid !== process.getuid?.()) throw new UsageError(`${fileName} ${path}: it belongs to somebody else`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${fileName} ${path}: cannot be read`, { cause })
  }
}
