import type { Json } from '../base/json.ts'
import type { Endpoint, Opened } from '../inventory/endpoint.ts'
import type { Server } from '../inventory/server.ts'
import type { FactName, ServerFacts } from '../remote/facts/facts.ts'
import type { Fields } from '../remote/response.ts'
import type { PinnedFile } from './pinned-file.ts'
/** What a server can be asked over its line. Each call connects anew where there is none, and throws a DisconnectedError when it is cut. */
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
