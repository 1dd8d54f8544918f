import type { Endpoint, Opened } from '../inventory/endpoint.ts'
import type { Server } from '../inventory/server.ts'
import type { Rollout } from '../manifest/settings.ts'
import type { ServerHandle, StepContext } from './context.ts'
import type { AskDns } from './dns.ts'
import type { Operation, OperationSpec } from './operation.ts'
import type { Plan } from './plan.ts'
import type { AnyStep, TypedStep } from './step.ts'

/** A program of this computer, and what it is given. What is secret goes through stdin, which nobody else can read. */
export type LocalProgram = {
  readonly path: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly timeoutMs: number
  /** Whether its last words belong into the journal: those of a program that changes something. */
  readonly isJournalled: boolean
}

/** What it printed; `failure` as it goes on after the program's name. */
export type LocalProgramResult = {
  readonly stdout: string
  readonly stderr: string
  readonly failure: string | undefined
}

/** The port through which steps act on the application as a whole; the runner hands it out. */
export interface ApplicationContext extends StepContext {
  /** A server of either side, by `<environment>/<name>`. Throws a MaestroError where there is none of that name. */
  readonly server: (name: string) => ServerHandle
  readonly askDns: AskDns
  /** A stream from this computer. */
  readonly openLocal: (to: Endpoint, timeoutMs: number) => Promise<Opened>
  readonly runProgram: (program: LocalProgram) => Promise<LocalProgramResult>
  /** From now on `other` knows a server that came to be, or to its address, after the run had begun. */
  readonly addServer: (server: Server) => void
  /**
   * Forgets the host keys on record of a server that was made anew, and believes these; none: the first that it shows. Returns
   * the one that it has shown. Throws a DisconnectedError while it does not answer.
   */
  readonly replaceHostKey: (server: Server, keys: readonly string[]) => Promise<string>
  /** What an operation would do on servers that nobody else is at work on, by a look of now. */
  readonly planRollout: (operation: Operation, on: RolloutTarget) => Promise<Plan>
  /** Takes them through it, from where this run has come with each of them; throws a MaestroError that says where it failed. */
  readonly rollOut: (operation: Operation, plan: Plan, servers: readonly Server[]) => Promise<void>
}

export type RolloutTarget = { readonly servers: readonly Server[]; readonly rollout: Rollout }

/** A change to the application as a whole, as it is written. */
export type ApplicationStepDefinition<State, Change, Snapshot, Evidence> = TypedStep<
  Change,
  Snapshot,
  Evidence,
  State,
  ApplicationContext
>

/** A change to the application as a whole, as it is run. */
export type ApplicationStep<State> = AnyStep<State, ApplicationContext>

/** What a command that changes the application means. Made from its name and options alone, so that a resumed run is the same. */
export interface ApplicationOperation<Seen = unknown> {
  readonly spec: OperationSpec
  /** What the journal calls that which is changed: the address of its users. */
  readonly subject: string
  /** What its steps foresee by. */
  readonly gatherState: (ctx: ApplicationContext) => Promise<Seen>
  readonly steps: readonly ApplicationStep<Seen>[]
  /** What can be done next, for people: once it has come to a good end, and once it has not. */
  readonly next?: { readonly well: string; readonly otherwise: string }
  /** What takes it back when a step that disrupts has been begun and fails; absent: it stays as it is. */
  readonly rollbackSteps?: readonly ApplicationStep<Seen>[]
}
