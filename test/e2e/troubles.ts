/** What each server does, and the one line that maestro has for it. */
export const troubles = {
  'drops-1': [{ behaviour: 'drops' }, 'unreachable', 'hung up before the connection was made'],
  'gone-1': [{ isGone: true }, 'unreachable', 'refuses connections'],
  'stranger-1': [{ isUnknown: true }, 'unreachable', 'is not in known_hosts'],
  'http-1': [{ behaviour: 'speaks-http' }, 'unreachable', 'turned the connection away: HTTP/1.1 400'],
  'locked-1': [{ allowed: [] }, 'unreachable', 'accepts none of our keys for deploy'],
  'kex-1': [{ algorithms: { kex: ['diffie-hellman-group1-sha1'] } }, 'unreachable', 'no algorithm in common'],
  'flood-1': [{ behaviour: 'floods' }, 'failed', 'the server sent more than 4 MB'],
  'nologin-1': [{ behaviour: 'nologin' }, 'failed', 'ended with exit code 1: This account is currently not available.'],
  'killed-1': [{ behaviour: 'killed' }, 'failed', 'was ended on the server by SIGKILL'],
  'cut-1': [{ behaviour: 'cut' }, 'failed', 'the connection was lost'],
} as const
