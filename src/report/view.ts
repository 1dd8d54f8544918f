import type { Wanted } from '../checks/expected-versions.ts'
import type { Server } from '../inventory/server.ts'
import type { LookPart } from '../remote/facts/facts.ts'
import type { Seen } from '../run/gather-facts.ts'
import type { Screen } from './format/screen.ts'

/** One way of showing what was seen; `reboot-status` and `status` are one each. */
export interface View {
  readonly command: string
  /** What has to be looked at for it. */
  readonly parts: readonly LookPart[]
  /** The answer for people: a table on a terminal, one plain line a server elsewhere. */
  readonly render: (seen: readonly Seen[], how: RenderOptions) => string
  /** What this view says of one server in JSON, beside name, groups and the look itself. */
  readonly verdict: (seen: Seen) => Readonly<Record<string, unknown>>
  readonly metrics: (seen: Seen) => readonly Sample[]
  /** Whether `--exit-code` has to speak of this server. */
  readonly isDueOrUnknown: (seen: Seen) => boolean
}

export interface RenderOptions {
  readonly screen: Screen
  readonly isVerbose: boolean
  /** Only what went wrong. */
  readonly isQuiet: boolean
  /** What the manifest wants of a server; absent: nothing is held against it. */
  readonly wantedOf?: (server: Server) => Wanted
}

/** One value of one metric of one server; the metric's meaning is in metrics.ts. */
export interface Sample {
  readonly metric: string
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}
