import type { Json } from '../base/json.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { OnServer, Written } from './events.ts'

/** How far a run came with one server, as its journal has it. */
export interface ServerState {
  readonly steps: ReadonlyMap<string, StepState>
  /** Holds that are taken, or were about to be, with the state to go back to. */
  readonly holds: ReadonlyMap<string, Json>
  /** Whether the run may hold its lock. */
  readonly isLocked: boolean
  readonly outcome: Outcome | undefined
  /** The step that failed, and why: from then on the run only goes back. */
  readonly goesBack?: { readonly step: string; readonly why: string }
}

export interface StepState {
  readonly before: Json
  readonly isProved: boolean
  readonly proof: Json | undefined
}

export interface RunState {
  readonly servers: ReadonlyMap<string, ServerState>
  /** Set when the run came to its end by itself; a resumed run is open again. */
  readonly exitCode: number | undefined
}

export const untouched: ServerState = { steps: new Map(), holds: new Map(), isLocked: false, outcome: undefined }

/** What a journal says, whole or broken off after any of its lines. */
export function stateOf(events: Iterable<Written>): RunState {
  const servers = new Map<string, ServerState>()
  let exitCode: number | undefined
  for (const event of events) {
    if ('server' in event) servers.set(event.server, after(servers.get(event.server) ?? untouched, event))
    else exitCode = event.event === 'run-ended' ? event.exitCode : undefined
  }
  return { servers, exitCode }
}

function after(state: ServerState, event: OnServer): ServerState {
  switch (event.event) {
    case 'locking':
    case 'taking-over':
      return { ...state, isLocked: true }
    case 'unlocked':
      return { ...state, isLocked: false }
    case 'begun':
      return withStep(state, event.step, { before: event.before, isProved: false, proof: undefined })
    case 'proved': {
      const { before = null } = state.steps.get(event.step) ?? {}
      return withStep(state, event.step, { before, isProved: true, proof: event.proof })
    }
    case 'holding':
      return { ...state, holds: new Map(state.holds).set(event.hold, event.found) }
    case 'released':
      return { ...state, holds: new Map([...state.holds].filter(([id]) => id !== event.hold)) }
    case 'going-back':
      return { ...state, goesBack: { step: event.step, why: event.why } }
    case 'ended':
      return { ...state, outcome: event.outcome }
    case 'acted':
    case 'passed-over':
    case 'ran-here':
      return state
  }
}

const withStep = (state: ServerState, id: string, step: StepState): ServerState => ({
  ...state,
  steps: new Map(state.steps).set(id, step),
})
