/** A time limit that can stand still. */
export interface Deadline {
  readonly pause: () => void
  /** Starts the whole limit anew. */
  readonly goOn: () => void
  readonly end: () => void
}

export function startDeadline(limitMs: number, onLate: () => void): Deadline {
  let isOver = false
  let timer = setTimeout(onLate, limitMs)
  const pause = () => clearTimeout(timer)
  return {
    pause,
    goOn: () => {
      pause()
      if (!isOver) timer = setTimeout(onLate, limitMs)
    },
    end: () => {
      isOver = true
      pause()
    },
  }
}
