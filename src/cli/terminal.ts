import type { Screen } from '../report/format/screen.ts'

/** How wide a stream is, and whether it has colour. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  const { NO_COLOR, FORCE_COLOR, TERM, CI } = process.env
  const isTerminal = stream.isTTY === true
  const hasColour = FORCE_COLOR ? FORCE_COLOR !== '0' : isTerminal && !NO_COLOR && TERM !== 'dumb' && !CI
  return { columns: isTerminal ? stream.columns || 80 : undefined, hasColour }
}

/** Whether there is a person to ask: a terminal on both ends, and nothing that says that a machine is at work. */
export function mayAsk(): boolean {
  return process.stdin.isTTY === true && hasReader()
}

/** Whether a line may be drawn again and again on stderr. A terminal without a width, as of `script` in cron, has no place for it (ora 9.4 would clear it for ever). */
export function mayDraw(): boolean {
  return hasReader() && process.stderr.columns > 0
}

function hasReader(): boolean {
  return process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI
}
