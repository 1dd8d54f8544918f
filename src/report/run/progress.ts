import { printable } from '../../base/printable.ts'
import { foldNames } from '../../inventory/host-pattern.ts'
import type { Outcome } from '../../plan/outcome.ts'
import type { Watcher } from '../../run/run.ts'
import { pausing } from '../format/spinner.ts'

/** Tells those who wait how a run goes on. */
export interface RunProgressView extends Watcher {
  /** Takes what is drawn away while a question is put. */
  readonly pause: <T>(question: () => Promise<T>) => Promise<T>
  readonly end: () => void
}

type Watched = {
  readonly count: number
  readonly stream: NodeJS.WriteStream
  /** `live` redraws a few lines on a terminal, `lines` adds one for each event, `none` is silent. */
  readonly form: 'live' | 'lines' | 'none'
  /** What is said before anything else is known. */
  readonly title?: string
}

const rowsShown = 8
const repeatMs = 30_000

export async function startRunProgress(watched: Watched): Promise<RunProgressView> {
  const { count, stream, form } = watched
  if (form !== 'live') return plainProgress((line) => form === 'lines' && stream.write(`${printable(line)}\n`))
  const { default: ora } = await import('ora')
  const doing = new Map<string, string>()
  const ended = new Map<Outcome['status'], number>()
  let { title = 'locking' } = watched
  // discardStdin would take Ctrl-C away from us.
  const spinner = ora({ stream, discardStdin: false, color: false, text: title }).start()
  const draw = () => {
    const counts = [...ended].map(([status, times]) => `${times} ${status.replace('-', ' ')}`)
    const rows = [...doing].slice(0, rowsShown).map(([server, words]) => `    ${printable(`${server}: ${words}`)}`)
    const more = doing.size > rowsShown ? [`    and ${doing.size - rowsShown} more`] : []
    spinner.text = [[title, ...counts].join(', '), ...rows, ...more].join('\n')
  }
  return {
    onLocked: (locked) => {
      title = `${locked} of ${count} locked`
      draw()
    },
    onBatch: (index, of, names) => {
      title = `batch ${index + 1} of ${of}`
      for (const name of names) doing.set(name, 'begins')
      draw()
    },
    onProgress: (server, words) => {
      doing.set(server, words)
      draw()
    },
    onEnded: (server, { status }) => {
      doing.delete(server)
      ended.set(status, (ended.get(status) ?? 0) + 1)
      draw()
    },
    pause: pausing(spinner),
    end: () => spinner.stop(),
  }
}

/** Which texts of a server are new: of those that differ in their numbers alone ("down for 4 s") one in `repeatMs`. */
export interface RepeatFilter {
  readonly isNew: (server: string, words: string) => boolean
  /** The next text of the server is new, whatever it is. */
  readonly forget: (server: string) => void
}

export function makeRepeatFilter(nowMs: () => number = Date.now): RepeatFilter {
  const said = new Map<string, { readonly gist: string; readonly atMs: number }>()
  return {
    isNew: (server, words) => {
      const gist = words.replaceAll(/\d+/g, '')
      const last = said.get(server)
      if (last?.gist === gist && nowMs() - last.atMs < repeatMs) return false
      said.set(server, { gist, atMs: nowMs() })
      return true
    },
    forget: (server) => void said.delete(server),
  }
}

/** The same in lines that stay, without repetitions. */
export function plainProgress(say: (line: string) => unknown, nowMs: () => number = Date.now): RunProgressView {
  const { isNew, forget } = makeRepeatFilter(nowMs)
  return {
    onLocked: () => undefined,
    onBatch: (index, of, names) => say(`batch ${index + 1} of ${of}: ${foldNames(names)}`),
    onProgress: (server, words) => {
      if (isNew(server, words)) say(`${server}: ${words}`)
    },
    onEnded: (server, outcome) => {
      forget(server)
      say(`${server}: ${outcome.status.replace('-', ' ')}${'why' in outcome ? `: ${outcome.why}` : ''}`)
    },
    pause: (question) => question(),
    end: () => undefined,
  }
}
