type Entries = readonly (readonly [term: string, text: string])[]

const exitStatus: Entries = [
  ['0', 'Success: every server answered, and all requested changes are done and verified.'],
  [
    '1',
    'A server was reached but gave no answer; or a change failed, is stuck, has an unknown result, or was not started because of that. `maestro resume` continues.',
  ],
  ['2', 'Wrong usage or manifest; no server was contacted.'],
  ['3', 'A server is unreachable (with a change: more than `--max-unreachable`, or all), none failed.'],
  ['4', 'Refused before any change: a lock, the window, a blocker, no consent.'],
  ['10', 'With `--exit-code`: something is due or unknown.'],
  ['70', 'A bug of maestro. Please report it with the lines that it printed.'],
  ['129, 130, 143', 'Ended by SIGHUP, SIGINT or SIGTERM; a second signal exits at once.'],
]

const environment: Entries = [
  ['MAESTRO_MANIFEST', 'The manifest, without `--manifest`.'],
  ['MAESTRO_SUDO_PASSWORD_FILE', 'A file with the sudo password; it must be yours and have mode 0600.'],
  ['XDG_STATE_HOME', 'Folder of the journals, instead of ~/.local/state.'],
  ['SSH_AUTH_SOCK', 'The ssh agent.'],
  ['NO_COLOR, CI, TERM=dumb', 'Plain output: no colours, no live progress.'],
]

const files: Entries = [
  [
    'Manifest.yml',
    'The servers and all settings; also manifest.yml and .cloud66/manifest.yml, in this or a parent folder. `maestro manifest example` explains every key.',
  ],
  ['~/.ssh/config, ~/.ssh/known_hosts', 'Read as `ssh` does.'],
  ['~/.local/state/maestro/runs', 'The journals of the runs on this computer, which `maestro runs` shows.'],
  [
    '/var/lib/maestro',
    'On a server: the lock of the current run, copies of journals, and the previous state for a rollback.',
  ],
  ['/var/log/maestro', 'On a server: output and result of the jobs of the last runs.'],
]

/** What the man page says besides the definitions of the commands; `words` between backquotes are bold. */
export const aboutMaestro = {
  description: [
    'maestro reads the manifest of an application, finds the servers that it runs on, and patches them over SSH. Nothing is installed on the servers: ' +
      'they need sshd and a POSIX shell. A change counts as done only when the server proves it. A state that cannot be read is unknown, and never ' +
      'reported as healthy.',
    'Inspection commands change nothing. Every command that changes servers follows the same steps: it gathers facts from all of them, prints the plan, ' +
      'asks for confirmation (without a terminal the options are the consent), locks the servers, and changes them batch by batch. With `--dry-run` it ' +
      'stops after the plan. `maestro resume` continues an interrupted run.',
    'To try it without servers of your own, run `maestro lab up`.',
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
