/** Whether there is a person to ask: a terminal on both ends, and nothing that says that a machine is at work. */
export function mayAsk(): boolean {
  return process.stdin.isTTY === true && mayDraw()
}

/** Whether a line may be drawn again and again on stderr. */
export function mayDraw(): boolean {
  return process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI
}
