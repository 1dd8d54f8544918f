import type { ExpectedVersions } from '../checks/expected-versions.ts'
import type { Server } from '../inventory/server.ts'
import type { FactName } from '../remote/facts/facts.ts'
import type { GatherResult } from '../run/session/gather-facts.ts'
import type { Screen } from './format/screen.ts'

/** One way of showing the facts of servers; `reboot-status` and `status` are one each. */
export interface View {
  readonly command: string
  /** The facts that it needs. */
  readonly facts: readonly FactName[]
  /** The answer for people: a table on a terminal, one plain line a server elsewhere. */
  readonly render: (gathered: readonly GatherResult[], how: RenderOptions) => string
  /** What of one server needs attention, for JSON, which has the facts and the reboot in every view. */
  readonly attention?: (gathered: GatherResult) => readonly string[]
  readonly metrics: (gathered: GatherResult) => readonly Sample[]
  /** Whether this server makes `--exit-code` exit with 10. */
  readonly isDueOrUnknown: (gathered: GatherResult) => boolean
}

export interface RenderOptions {
  readonly screen: Screen
  readonly isVerbose: boolean
  /** Only failures. */
  readonly isQuiet: boolean
  /** The versions that the manifest wants of a server; absent: versions are not compared. */
  readonly expectedVersions?: (server: Server) => ExpectedVersions
}

/** One value of one metric of one server; the metric's meaning is in metrics.ts. */
export interface Sample {
  readonly metric: string
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}
