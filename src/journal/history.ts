import { MaestroError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { listRuns } from './read/find-run.ts'
import { eventsOf } from './read/read-run.ts'

/** What the last runs from here tell of the next one. */
export interface History {
  /** How many seconds a server usually took in runs of the same command, from its first step to its end; undefined: never done here. */
  readonly usualSeconds: number | undefined
  /** What proved a step on a server the last time; undefined: never done here. */
  readonly lastEvidence: (server: string, step: string) => Json | undefined
}

export const noHistory: History = { usualSeconds: undefined, lastEvidence: () => undefined }

const runsRead = 20

/** Reads the last runs. A journal that cannot be read is left out: `maestro runs` tells of it, and an estimate less is no reason to change nothing. */
export async function readHistory(root: string, command: string): Promise<History> {
  const past: Past = { command, secondsTaken: [], proofs: new Map() }
  for (const run of (await listRuns(root)).slice(0, runsRead))
    await readInto(past, root, run).catch((error: unknown) => {
      if (!(error instanceof MaestroError)) throw error
    })
  const sorted = past.secondsTaken.filter(Number.isFinite).toSorted((a, b) => a - b)
  return {
    usualSeconds: sorted[Math.floor(sorted.length / 2)],
    lastEvidence: (server, step) => past.proofs.get(keyOf(server, step)),
  }
}

type Past = { readonly command: string; readonly secondsTaken: number[]; readonly proofs: Map<string, Json> }

const keyOf = (server: string, step: string) => `${server}/${step}`

async function readInto({ command, secondsTaken, proofs }: Past, root: string, run: string): Promise<void> {
  const began = new Map<string, number>()
  let isSame = false
  for await (const event of eventsOf(root, run)) {
    const timeMs = Date.parse(event.at)
    switch (event.event) {
      case 'run-started':
        isSame = event.command === command
        break
      // What was broken off in between says nothing of how long it takes.
      case 'run-resumed':
        began.clear()
        break
      case 'step-started':
        began.set(event.server, began.get(event.server) ?? timeMs)
        break
      case 'step-verified':
        keep(proofs, keyOf(event.server, event.step), event.evidence)
        break
      case 'server-ended':
        if (isSame && event.outcome.status === 'changed')
          secondsTaken.push((timeMs - (began.get(event.server) ?? Number.NaN)) / 1000)
    }
  }
}

// The newest run is read first.
function keep(proofs: Map<string, Json>, key: string, evidence: Json): void {
  if (!proofs.has(key)) proofs.set(key, evidence)
}
