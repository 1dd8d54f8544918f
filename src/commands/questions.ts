import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'
import type { UnknownKey } from '../ssh/host-key.ts'

/** Whether a person believes these host keys; all of them are one question. */
export async function askHostKeys(unknown: readonly UnknownKey[]): Promise<boolean> {
  const { default: inquirer } = await import('inquirer')
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

/** The passphrase of an encrypted identity file; an empty one gives the file up. */
export async function askPassphrase(path: string): Promise<Secret> {
  const { default: inquirer } = await import('inquirer')
  const { passphrase } = await inquirer.prompt<{ passphrase: string }>([
    { type: 'password', name: 'passphrase', message: `Passphrase of ${printable(path)}:` },
  ])
  return new Secret(passphrase)
}
