import { Chalk } from 'chalk'

/** Where a report is shown. */
export interface Screen {
  /** Width of the terminal; undefined: a pipe or a file, which gets one plain line a server. */
  readonly columns: number | undefined
  readonly hasColour: boolean
}

/** What a colour means; one set for every report. */
export type Paint = Readonly<Record<'bad' | 'due' | 'good' | 'faint' | 'strong', (text: string) => string>>

/** The colours of a screen; on one without colour, the text as it is. */
export function paintFor({ hasColour }: Screen): Paint {
  const chalk = new Chalk({ level: hasColour ? 1 : 0 })
  return { bad: chalk.red, due: chalk.yellow, good: chalk.green, faint: chalk.dim, strong: chalk.bold }
}
