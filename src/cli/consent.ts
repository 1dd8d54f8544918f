import { RefusedError } from '../base/errors.ts'
import { askYes } from './prompts.ts'
import { mayAsk } from './terminal.ts'

type Consent = {
  readonly isGiven: boolean
  /** What the options alone do not consent to, each as what would be done: `removing locks`. */
  readonly dangers: readonly string[]
  readonly question: string
}

/** Whether a person will be asked before anything is changed. */
export const isAsked = ({ yes, dryRun, savePlan }: { yes?: boolean; dryRun?: boolean; savePlan?: string }): boolean =>
  yes !== true && dryRun !== true && savePlan === undefined && mayAsk()

/** Returns where there is consent: by `--yes`, by an answer at a terminal, or, without a terminal, by the options alone unless there are dangers. */
export async function requireConsent({ isGiven, dangers, question }: Consent): Promise<void> {
  if (isGiven) return
  if (mayAsk()) {
    if (await askYes(question)) return
    throw new RefusedError('not confirmed: nothing was changed')
  }
  if (dangers.length > 0)
    throw new RefusedError(`${dangers.join(', and ')}: refusing to continue without confirmation`, {
      hint: 'pass --yes',
    })
}
