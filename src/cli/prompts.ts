import { printable } from '../base/printable.ts'
import { Secret } from '../base/secret.ts'
import type { UnknownKey } from '../ssh/host-keys/host-key.ts'

/** Whether a person believes these host keys; all of them are one question. */
export async function askHostKeys(unknown: readonly UnknownKey[]): Promise<boolean> {
  const lines = unknown.map(({ name, type, fingerprint }) => `  ${name}  ${type}  ${fingerprint}`)
  process.stderr.write(`These host keys are not in known_hosts:\n${lines.map(printable).join('\n')}\n`)
  const message = 'Do they belong to your servers? (Yes adds them to known_hosts.)'
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

/** A line of text, perhaps an empty one; undefined after Ctrl-C. */
export async function askText(message: string): Promise<string | undefined> {
  const answer = await ask({ type: 'input', message })
  return typeof answer === 'string' ? answer.trim() : undefined
}

export type Choice<T extends string> = { readonly value: T; readonly name: string; readonly checked?: boolean }

/** One of several; undefined after Ctrl-C. */
export async function askChoice<T extends string>(
  message: string,
  choices: readonly Choice<T>[],
): Promise<T | undefined> {
  const answer = await ask({ type: 'select', message, choices })
  return choices.find(({ value }) => value === answer)?.value
}

/** Some of several, in their order; undefined after Ctrl-C. */
export async function askSome(
  message: string,
  choices: readonly Choice<string>[],
): Promise<readonly string[] | undefined> {
  const answer = await ask({ type: 'checkbox', message, choices })
  return Array.isArray(answer) ? answer.map(String) : undefined
}

type Question =
  | { readonly type: 'input'; readonly message: string }
  | { readonly type: 'select' | 'checkbox'; readonly message: string; readonly choices: readonly Choice<string>[] }
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
