import type { Prompt } from 'ssh2'
import type { AskPassword, AuthStep } from './auth-step.ts'

type Account = { readonly user: string; readonly where: string }

/**
 * Password and keyboard-interactive, one question for both and never twice: a refused password is not tried again, for servers
 * lock accounts and addresses after a few.
 */
export function passwordSteps({ user, where }: Account, ask: AskPassword): readonly AuthStep[] {
  let hasAsked = false
  const answer = async (prompt: string) => {
    hasAsked = true
    return (await ask({ user, where, prompt }))?.reveal() ?? ''
  }
  const answerAll = async (prompts: readonly Prompt[]) => {
    const answers: string[] = []
    for (const { prompt } of prompts) answers.push(await answer(prompt))
    return answers
  }
  return [
    {
      type: 'keyboard-interactive',
      name: 'password (keyboard-interactive)',
      method: async (pause) => ({
        type: 'keyboard-interactive',
        username: user,
        // What goes wrong with the question has ended the handshake by then.
        prompt: (_name, _instructions, _language, prompts, finish) =>
          void pause(() => answerAll(prompts)).then(finish, () => undefined),
      }),
    },
    {
      type: 'password',
      name: 'password',
      method: async (pause) => {
        if (hasAsked) return undefined
        return { type: 'password', username: user, password: await pause(() => answer('password')) }
      },
    },
  ]
}
