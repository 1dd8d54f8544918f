import type { Screen } from '../report/screen.ts'

/** How wide a stream is, and whether it has colour. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  const { NO_COLOR, FORCE_COLOR, TERM, CI } = process.env
  const isTerminal = stream.isTTY === true
  const hasColour = FORCE_COLOR ? FORCE_COLOR !== '0' : isTerminal && !NO_COLOR && TERM !== 'dumb' && !CI
  return { columns: isTerminal ? stream.columns || 80 : undefined, hasColour }
}
