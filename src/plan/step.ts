import type { Json } from '../base/json.ts'
import type { Endpoint, Opened } from '../inventory/endpoint.ts'
import type { Server } from '../inventory/server.ts'
import type { FactName, ServerFacts } from '../remote/facts/facts.ts'
import type { Fields } from '../remote/fields.ts'
import type { Verdict } from './verdict.ts'

/**
 * One change to a server, or to the application as a whole, that can be foreseen, begun once, asked how it stands, and proved. Whatever ends in between, the
 * controller or the line, the same calls in the same order bring it to its end: a step that was begun is asked, not repeated.
 */
export interface Step<
  What extends Json = Json,
  Before extends Json = Json,
  Seen = ServerFacts,
  At extends StepContext = ServerContext,
> {
  /** Stable: a key of the journal and of files on servers, so part of the public face. */
  readonly id: string
  /** What it does to a server in service; the first due step that disrupts takes the drain. */
  readonly effect: 'changes' | 'disrupts'
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** Where it is due, nothing is done to any other server meanwhile. */
  readonly isAlone?: true
  /** What it is foreseen by once more, just before it is begun: of the operation's parts those that decide. */
  readonly facts: readonly FactName[]
  /** Pure: the plan and the run ask the same question, of looks of different age. */
  plan(seen: Seen): Verdict<What>
  /** What is due, in lines for people. Servers with equal lines share a paragraph of the plan. */
  describe(what: What): readonly string[]
  /** Why what is due now is more than was planned (undefined: nothing was); undefined when it is not. Absent: all but the same is. */
  exceedsPlan?(planned: What | undefined, now: What): string | undefined
  /** What the proof compares with; written down before the act. Reads only. */
  snapshot(ctx: At, what: What): Promise<Before>
  /** Asks the server how the act stands. `no`: it never began there; `unknown`: nobody can say, so it is never repeated. */
  status(ctx: At, before: Before): Promise<'no' | 'running' | 'yes' | 'unknown'>
  /** Starts it, once, under `at.key`. Whatever it throws but a LineError is this step's failure. */
  apply(ctx: At, before: Before): Promise<void>
  /** Waits for its end, reads, compares; returns what shows that it is done, and throws a MaestroError that says why it is not. */
  verify(ctx: At, before: Before): Promise<Json>
}

/**
 * A state that a server is put into for the rest of a pass, and out of again only when it is proved healthy: out of service.
 * Both calls can be repeated.
 */
export interface Drain<Found extends Json = Json> {
  readonly id: string
  /** Which servers leave what, in a line of the plan. */
  readonly describe: string
  /** The groups whose servers it is for; undefined: all. */
  readonly groups?: readonly string[]
  /** The state it is in before; written down before it is taken, and what it goes back to. Undefined: nothing is to be held. */
  detect(ctx: ServerContext): Promise<Found | undefined>
  drain(ctx: ServerContext, found: Found): Promise<void>
  undrain(ctx: ServerContext, found: Found): Promise<void>
}

/** All that is done to one server while it is locked, in this order, each step by a look made after the one before. */
export interface Pass {
  readonly steps: readonly Step[]
  readonly drain?: Drain
  /** Waits until the server serves, and throws a MaestroError when it does not. Asked after whatever was changed, and before what is drained goes back into service. */
  readonly healthCheck?: (ctx: ServerContext) => Promise<Json>
}

/** What a command that changes servers means. Made from its name and options alone, so that a resumed run is the same. */
export interface Operation {
  readonly spec: OperationSpec
  /** What the plan is made of: all that its steps foresee by, and what is only told. */
  readonly facts: readonly FactName[]
  /** What some of these parts look by. */
  readonly factInputs?: Readonly<Record<string, string>>
  /** Run on every server before the plan's look, unless that is not wanted: the one thing that a plan changes. */
  readonly refresh?: Script
  /** Names of servers of the manifest that its steps ask beside the one that they change. */
  readonly otherServers?: readonly string[]
  /** What its steps send to servers as it is: had, and found right, before any server is contacted. */
  readonly sends?: readonly SentFile[]
  readonly pass: Pass
}

/** A file of this computer, or of the web by its URL, and the SHA-256 that it must have. */
export type PinnedFile = { readonly from: string; readonly sha256: string }

/** `check` throws a UsageError for a text that is not what it should be. */
export type SentFile = { readonly file: PinnedFile; readonly check: (text: string) => void }

/** The name of an operation, its options, and how servers leave and enter service for it: all that has to be written down. */
export type OperationSpec = { readonly name: string; readonly options: Json; readonly service?: Json }

/** What a server can be asked over its line. Each call connects anew where there is none, and throws a LineError when it is cut. */
export interface ServerHandle {
  readonly server: Server
  /** Runs a script and returns what it told. */
  readonly run: (script: Script) => Promise<Fields>
  readonly gatherFacts: (parts: readonly FactName[]) => Promise<ServerFacts>
  /** A stream to where something listens there, as the server itself sees it. */
  readonly open: (to: Endpoint, timeoutMs: number) => Promise<Opened>
}

/** What every step has, whatever it changes. */
export interface StepContext {
  readonly runId: string
  /** `<run>/<server>/<step>`: names whatever a step begins. */
  readonly key: string
  /** Throws a StoppedError as soon as the run is to end. */
  readonly waitMs: (timeMs: number) => Promise<void>
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number
  /** Says what is being done now, in a few words for those who watch; counts as progress. */
  readonly progress: (doing: string) => void
}

/** The port through which steps and holds act on one server; the runner hands it out. */
export interface ServerContext extends ServerHandle, StepContext {
  /** What proved this step on this server in an earlier run: what it usually takes. */
  readonly lastEvidence: Json | undefined
  /** Another server of the manifest: the load balancer in front of this one. Throws a MaestroError where there is none of that name. */
  readonly peer: (name: string) => ServerHandle
  /** A stream from this computer. */
  readonly openLocal: (to: Endpoint, timeoutMs: number) => Promise<Opened>
  /** Runs one of the user's own programs on this computer, with the server's data in its environment; throws when it fails. */
  readonly runHook: (program: { readonly path: string; readonly timeoutMs: number }) => Promise<void>
  /** The text of a file that is sent to servers. Throws a UsageError where it cannot be had, or has another sum. */
  readonly readPinnedFile: (file: PinnedFile) => Promise<string>
}

export interface Script {
  /** Paths below `src/remote/`, the last of which defines `work`. */
  readonly files: readonly string[]
  /** Become `MAESTRO_<NAME>` in the script. */
  readonly inputs?: Readonly<Record<string, string>>
  readonly asRoot: boolean
  readonly timeoutMs: number
}
