type Entries = readonly (readonly [term: string, text: string])[]

const exitStatus: Entries = [
  ['0', 'Everything was looked at; all that was asked for is done and proved.'],
  [
    '1',
    'A server was reached but could not be looked at; or a change failed, is stuck, is unknown, or was not started because of it. `maestro resume` goes on.',
  ],
  ['2', 'Wrong usage or manifest; nothing was contacted.'],
  ['3', 'A server could not be reached (with a change: more than `--max-unreachable`, or all), none failed.'],
  ['4', 'Refused before anything was changed: a lock, the window, a blocker, no consent.'],
  ['10', 'With `--exit-code`: something is due or unknown.'],
  ['70', "A bug of maestro's. Please report it with the lines that it printed."],
  ['129, 130, 143', 'Ended by SIGHUP, SIGINT or SIGTERM; a second signal leaves at once.'],
]

const environment: Entries = [
  ['MAESTRO_MANIFEST', 'The manifest, where `--manifest` does not name one.'],
  ['MAESTRO_SUDO_PASSWORD_FILE', "A file that holds sudo's password; 0600 and yours, else it is refused."],
  ['XDG_STATE_HOME', 'Where journals are kept, in place of ~/.local/state.'],
  ['SSH_AUTH_SOCK', 'The ssh agent.'],
  ['NO_COLOR, CI, TERM=dumb', 'Plain output: no colours, no lines that move.'],
]

const files: Entries = [
  [
    'Manifest.yml',
    'The servers and how to go about them; also manifest.yml and .cloud66/manifest.yml, in this folder or above. `maestro manifest example` explains every key.',
  ],
  ['~/.ssh/config, ~/.ssh/known_hosts', 'Read as `ssh` would.'],
  ['~/.local/state/maestro/runs', 'The journals of the runs on this computer, which `maestro runs` shows.'],
  [
    '/var/lib/maestro',
    'On a server: the lock of the run that works there, copies of journals, notes of what was there before.',
  ],
  ['/var/log/maestro', 'On a server: what the jobs of the last runs said, and how they ended.'],
]

/** What the man page says beside the definitions of the commands; `words` between backquotes are typed. */
export const aboutMaestro = {
  description: [
    'maestro reads the manifest of an application, works out the servers that it runs on, and keeps them patched over SSH. Nothing is installed on ' +
      'them: a server needs sshd and a POSIX shell. It believes nothing that a server has not proved; what cannot be read is unknown, and never shown as well.',
    'Commands that look change nothing. Every command that changes servers looks at all of them first, shows its plan, asks (without a terminal the ' +
      'options are the consent), locks the servers, and works through them batch by batch. With `--dry-run` it stops after the plan. A run that was cut off ' +
      'goes on by `maestro resume`.',
    'To rehearse without servers of your own: `maestro lab up`.',
  ],
  lists: [
    { title: 'EXIT STATUS', entries: exitStatus },
    { title: 'ENVIRONMENT', entries: environment },
    { title: 'FILES', entries: files },
  ],
  seeAlso: [
    ['ssh', 1],
    ['ssh_config', 5],
    ['apt.conf', 5],
    ['unattended-upgrade', 8],
  ],
} as const
