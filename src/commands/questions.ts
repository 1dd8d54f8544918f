import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'
import type { UnknownKey } from '../ssh/host-key.ts'

/** Whether a person believes these host keys; all of them are one question. */
export async function askHostKeys(unknown: readonly UnknownKey[]): Promise<boolean> {
  const lines = unknown.map(({ name, type, fingerprint }) => `  ${name}  ${type}  ${fingerprint}`)
  process.stderr.write(`These host keys are not in known_hosts:\n${lines.map(printable).join('\n')}\n`)
  const message = 'Do they belong to your servers? (They are then written down.)'
  return (await ask({ type: 'confirm', message, default: false })) === true
}

/** A password, for what the message says. */
export async function askSecret(message: string): Promise<Secret> {
  const answer = await ask({ type: 'password', message: printable(message) })
  return new Secret(typeof answer === 'string' ? answer : '')
}

/** A plain yes, which has to be said. */
export async function askYes(message: string): Promise<boolean> {
  return (await ask({ type: 'confirm', message, default: false })) === true
}

/** The passphrase of an encrypted identity file; an empty one gives the file up. */
export function askPassphrase(path: string): Promise<Secret> {
  return askSecret(`Passphrase of ${path}:`)
}

type Question =
  | { readonly type: 'confirm'; readonly message: string; readonly default: boolean }
  | { readonly type: 'password'; readonly message: string }

// On stderr, for stdout is for answers. Ctrl-C at a question never reaches us as a signal: it is passed on as one.
async function ask(question: Question): Promise<unknown> {
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  try {
    const answers: Record<string, unknown> = await prompt([{ ...question, name: 'answer' }])
    return answers.answer
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
    process.emit('SIGINT', 'SIGINT')
    return undefined
  }
}
