import { printable } from '../../base/printable.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { GatherResult } from '../../run/session/gather-facts.ts'

/** The one line that tells a waiting person how far a look has come. */
export interface GatherProgress {
  readonly onResult: (gathered: Pick<GatherResult, 'server' | 'status'>) => void
  /** Takes the line away while a question is put. */
  readonly pause: <T>(question: () => Promise<T>) => Promise<T>
  readonly end: () => void
}

type Watched = { readonly names: readonly string[]; readonly stream: NodeJS.WriteStream; readonly isShown: boolean }

const namesShown = 3

/** Progress on a terminal by a spinner; elsewhere, or where it is not to be shown, silence. */
export async function startSpinner({ names, stream, isShown }: Watched): Promise<GatherProgress> {
  if (!isShown) return { onResult: () => undefined, pause: (question) => question(), end: () => undefined }
  const { default: ora } = await import('ora')
  const waiting = new Set(names)
  let answered = 0
  // discardStdin would take Ctrl-C away from us.
  const spinner = ora({ stream, discardStdin: false, color: false, text: describe(waiting, answered) }).start()
  return {
    onResult: ({ server, status }) => {
      waiting.delete(server.name)
      if (status === 'gathered') answered += 1
      spinner.text = describe(waiting, answered)
    },
    pause: pausing(spinner),
    end: () => spinner.stop(),
  }
}

type Spinner = { readonly start: () => unknown; readonly stop: () => unknown }

/** Puts a question while what is drawn is taken away. */
export const pausing =
  (spinner: Spinner) =>
  async <T>(question: () => Promise<T>): Promise<T> => {
    spinner.stop()
    try {
      return await question()
    } finally {
      spinner.start()
    }
  }

function describe(waiting: ReadonlySet<string>, answered: number): string {
  const some = printable(foldNames([...waiting].slice(0, namesShown)))
  const more = waiting.size > namesShown ? ` and ${waiting.size - namesShown} more` : ''
  return `${answered} answered; waiting for ${some}${more}`
}
