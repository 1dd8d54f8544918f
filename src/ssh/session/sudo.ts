import { randomBytes } from 'node:crypto'
import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import type { Command, Finished, Session } from './session.ts'

/** Why a command cannot be run as root there; part of the public face (`error.kind` in JSON). */
export type SudoErrorKind =
  | 'sudo-password-needed'
  | 'sudo-password-wrong'
  | 'sudo-wants-tty'
  | 'sudo-not-allowed'
  | 'sudo-not-installed'
  | 'sudo-failed'

/** A server on which we cannot become root. */
export class SudoError extends MaestroError {
  readonly kind: SudoErrorKind

  constructor(kind: SudoErrorKind, message: string, hint: string) {
    super(message, { hint })
    this.kind = kind
  }
}

type RootCommand = Omit<Command, 'command' | 'opening'> & { readonly password?: Secret | undefined }

/**
 * Runs a script in `sh` as root: as it is where we are root, else by sudo, with the password only where sudo asks for it.
 * Throws a SudoError where sudo does not let us; what comes after that is the script's own.
 */
export async function runAsRoot(session: Session, { password, ...rest }: RootCommand): Promise<Finished> {
  const [sign, prompt] = [mark(' '), mark('-')]
  // Both are written otherwise than they are said: a sudo or a shell that repeats the command says neither.
  const how = password === undefined ? 'sudo -n' : `sudo -S -p ${prompt.replace('-', '""-')}`
  const opened = `sh -c "echo ${sign.replace(' ', '  ')} >&2; exec sh -s"`
  const finished = await session.run({
    ...rest,
    // In single quotes: the login shell may be none that knows $( ).
    command: `sh -c 'if [ "$(id -u)" = 0 ]; then exec ${opened}; else LC_ALL=C exec ${how} ${opened}; fi'`,
    opening: { sign, prompt, password },
  })
  const [before = '', after] = finished.stderr.split(`${sign}\n`)
  if (after !== undefined) return { ...finished, stderr: after }
  const wasAskedAgain = before.split(prompt).length > 2
  if (finished.ending.how !== 'exited' && !wasAskedAgain) return finished
  throw explain(before.replaceAll(prompt, '').trim(), userOf(session))
}

const mark = (between: string) => `maestro${between}${randomBytes(12).toString('hex')}`

// A file there may have no dot in its name, as users have.
const nopasswd = '`USER ALL=(ALL) NOPASSWD: ALL` in /etc/sudoers.d/maestro there (visudo -f)'

/** In the hint USER stands for whom we are there. */
type Known = readonly [words: RegExp, kind: SudoErrorKind, message: string, hint: string]

// The words of sudo (under LC_ALL=C), and of sudo-rs where it has others.
const known: readonly Known[] = [
  [
    /must have a tty/,
    'sudo-wants-tty',
    'sudo wants a terminal there',
    'take requiretty out of its sudoers, or put `Defaults:USER !requiretty` behind it',
  ],
  [
    /try again|incorrect (password|authentication)|no password was provided|maximum \d+ incorrect/i,
    'sudo-password-wrong',
    'sudo does not take that password',
    'it was given once and not again',
  ],
  [
    /password is required|terminal is required|no tty present|interactive authentication is required/,
    'sudo-password-needed',
    'sudo wants a password',
    `--ask-sudo-password or MAESTRO_SUDO_PASSWORD_FILE; or ${nopasswd}`,
  ],
  [
    /not in the sudoers|not allowed to (execute|run)|may not run sudo|I'm afraid I can't do that/,
    'sudo-not-allowed',
    'sudo does not let this user become root',
    nopasswd,
  ],
  [
    /sudo: (command )?not found|(command )?not found: sudo|unknown command: sudo/i,
    'sudo-not-installed',
    'there is no sudo there',
    'install sudo, or connect as root',
  ],
]

// sudo repeats the command that it does not allow.
const ownWords = /sh -c echo maestro {2}\w+ >&2; exec sh -s/

const userOf = ({ about: { login } }: Session) => login.slice(0, login.lastIndexOf('@'))

function explain(words: string, user: string): SudoError {
  const lines = words.split('\n').map((line) => line.replace(ownWords, 'sh').trim().slice(0, 200))
  for (const [pattern, kind, message, hint] of known) {
    const line = lines.find((text) => pattern.test(text))
    if (line !== undefined) return new SudoError(kind, `${message}: ${line}`, hint.replace('USER', user))
  }
  return new SudoError(
    'sudo-failed',
    `sudo did not run: ${lines.at(-1) || 'it said nothing'}`,
    nopasswd.replace('USER', user),
  )
}
