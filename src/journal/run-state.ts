import type { Json } from '../base/json.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { RunEvent, ServerEvent } from './events.ts'

/** How far a run came with one server, as its journal has it. */
export interface ServerState {
  readonly steps: ReadonlyMap<string, JournalledStep>
  /** Holds that are taken, or were about to be, with the state to go back to. */
  readonly drains: ReadonlyMap<string, Json>
  /** Whether the run may hold its lock. */
  readonly isLocked: boolean
  readonly outcome: Outcome | undefined
  /** The step that failed, and why: from then on the run only goes back. */
  readonly rollback?: { readonly step: string; readonly why: string }
}

export interface JournalledStep {
  readonly snapshot: Json
  readonly isVerified: boolean
  readonly evidence: Json | undefined
}

export interface RunState {
  readonly servers: ReadonlyMap<string, ServerState>
  /** Set when the run came to its end by itself; a resumed run is open again. */
  readonly exitCode: number | undefined
}

export const noState: ServerState = { steps: new Map(), drains: new Map(), isLocked: false, outcome: undefined }

/** What a journal says, whole or broken off after any of its lines. */
export function replay(events: Iterable<RunEvent>): RunState {
  const servers = new Map<string, ServerState>()
  let exitCode: number | undefined
  for (const event of events) {
    if ('server' in event) servers.set(event.server, applyEvent(servers.get(event.server) ?? noState, event))
    else exitCode = event.event === 'run-ended' ? event.exitCode : undefined
  }
  return { servers, exitCode }
}

function applyEvent(state: ServerState, event: ServerEvent): ServerState {
  switch (event.event) {
    case 'locking':
    case 'taking-over':
      return { ...state, isLocked: true }
    case 'unlocked':
      return { ...state, isLocked: false }
    case 'step-started':
      return withStep(state, event.step, { snapshot: event.snapshot, isVerified: false, evidence: undefined })
    case 'step-verified': {
      const { snapshot = null } = state.steps.get(event.step) ?? {}
      return withStep(state, event.step, { snapshot, isVerified: true, evidence: event.evidence })
    }
    case 'drain-started':
      return { ...state, drains: new Map(state.drains).set(event.drain, event.found) }
    case 'drain-ended':
      return { ...state, drains: new Map([...state.drains].filter(([id]) => id !== event.drain)) }
    case 'rollback-started':
      return { ...state, rollback: { step: event.step, why: event.why } }
    case 'server-ended':
      return { ...state, outcome: event.outcome }
    case 'step-applied':
    case 'step-skipped':
    case 'hook-ran':
      return state
  }
}

const withStep = (state: ServerState, id: string, step: JournalledStep): ServerState => ({
  ...state,
  steps: new Map(state.steps).set(id, step),
})
