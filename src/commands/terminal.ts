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
