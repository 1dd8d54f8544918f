import { RefusedError } from '../base/errors.ts'
import { askYes } from './prompts.ts'
import { mayAsk } from './terminal.ts'

type Consent = {
  readonly isGiven: boolean
  /** Extras that the options alone do not agree to, each as what it does. */
  readonly dangers: readonly string[]
  readonly question: string
}

/** Whether a person will be asked before anything is changed. */
export const isAsked = ({ yes, dryRun, savePlan }: { yes?: boolean; dryRun?: boolean; savePlan?: string }): boolean =>
  yes !== true && dryRun !== true && savePlan === undefined && mayAsk()

/** Whether to go on: by `--yes`, by a person at a terminal, or, where nobody can be asked, by the very options that were typed. */
export async function requireConsent({ isGiven, dangers, question }: Consent): Promise<void> {
  if (isGiven) return
  if (mayAsk()) {
    if (await askYes(question)) return
    throw new RefusedError('not agreed to: nothing was changed')
  }
  if (dangers.length > 0)
    throw new RefusedError(`${dangers.join(', and ')}: nobody is here to agree to that`, { hint: 'say --yes to agree' })
}
