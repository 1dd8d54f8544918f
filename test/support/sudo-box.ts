import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SudoBox {
  /** The program that the account `deploy` finds as sudo. */
  readonly program: string
  /** Its lines in sudoers(5). */
  readonly sudoers: readonly string[]
}

/** What it needs to be set up. */
export const boxTools = ['unshare', 'setpriv', 'openssl']

/** The password of the account, and of nobody else. */
export const boxPassword = 'open sesame'

/**
 * The path of a login shell for an account that has no rights but by a real sudo: it sees a passwd, shadow, group and sudoers of
 * its own, in a mount namespace. It needs root to be set up; nothing outside of the folder changes.
 */
export function makeSudoBox(folder: string, { program, sudoers }: SudoBox): string {
  const write = (name: string, text: string, mode: number) => {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), mode)
  }
  const hash = execFileSync('openssl', ['passwd', '-6', boxPassword], { encoding: 'utf8' }).trim()
  write('passwd', 'root:x:0:0::/root:/bin/sh\ndeploy:x:4711:4711::/:/bin/sh\n', 0o644)
  write('group', 'root:x:0:\ndeploy:x:4711:\n', 0o644)
  write('shadow', `root:*:20000::::::\ndeploy:${hash}:20000::::::\n`, 0o600)
  write('sudoers', `root ALL=(ALL:ALL) ALL\n${sudoers.join('\n')}\n`, 0o440)
  const mounts = ['passwd', 'group', 'shadow', 'sudoers'].map((name) => `mount --bind ${folder}/${name} /etc/${name}`)
  const drop = 'exec setpriv --reuid 4711 --regid 4711 --clear-groups sh "$@"'
  write(
    'enter',
    ['set -e', ...mounts, `[ ${program} = /usr/bin/sudo ] || mount --bind ${program} /usr/bin/sudo`, drop].join('\n'),
    0o755,
  )
  write('login', `#!/bin/sh\nexec unshare -m sh ${folder}/enter "$@"\n`, 0o755)
  chmodSync(folder, 0o755)
  return join(folder, 'login')
}
