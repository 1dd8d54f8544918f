import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'
import type { UnknownKey } from '../ssh/host-key.ts'

/** Whether a person believes these host keys; all of them are one question. */
export async function askHostKeys(unknown: readonly UnknownKey[]): Promise<boolean> {
  const lines = unknown.map(({ name, type, fingerprint }) => `  ${name}  ${type}  ${fingerprint}`)
  process.stderr.write(`These host keys are not in known_hosts:\n${lines.map(printable).join('\n')}\n`)
  const message = 'Do they belong to your servers? (They are then written down.)'
  const { isAccepted } = await ask<{ isAccepted: boolean }>({
    type: 'confirm',
    name: 'isAccepted',
    message,
    default: false,
  })
  return isAccepted === true
}

/** The passphrase of an encrypted identity file; an empty one gives the file up. */
export async function askPassphrase(path: string): Promise<Secret> {
  const message = `Passphrase of ${printable(path)}:`
  const { passphrase } = await ask<{ passphrase: string }>({ type: 'password', name: 'passphrase', message })
  return new Secret(passphrase ?? '')
}

type Question = {
  readonly type: 'confirm' | 'password'
  readonly name: string
  readonly message: string
  readonly default?: boolean
}

// On stderr, for stdout is for answers. Ctrl-C at a question never reaches us as a signal: it is passed on as one.
async function ask<T extends object>(question: Question): Promise<Partial<T>> {
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  return prompt<T>([question as never]).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
    process.kill(process.pid, 'SIGINT')
    return {}
  })
}
