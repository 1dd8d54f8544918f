import { readFile } from 'node:fs/promises'
import { ConnectError } from '../connect-error.ts'

const krlMagic = 'SSHKRL\n\0'

/** Whether a key is in a RevokedHostKeys file. Throws a ConnectError where that cannot be known: ssh refuses every key then. */
export async function isRevokedIn(path: string, key: Buffer): Promise<boolean> {
  const data = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ConnectError('config', `RevokedHostKeys ${path} cannot be read (${cause.code ?? cause.message})`, {
      cause,
    })
  })
  if (data.subarray(0, krlMagic.length).toString('latin1') === krlMagic)
    throw new ConnectError('config', `RevokedHostKeys ${path} is a KRL, which this transport cannot read`, {
      hint: 'list the revoked public keys in a text file instead, one a line',
    })
  const wanted = key.toString('base64')
  return data
    .toString('latin1')
    .split('\n')
    .some((line) => /^\s*[^\s#]\S*\s+(\S+)/.exec(line)?.[1] === wanted)
}
