/** One machine that the application runs on, as every room beyond the inventory knows it. */
export type Server = {
  /** `unique_name` in the manifest: how people, reports and the journal name it. */
  readonly name: string
  /** What ssh is told to connect to: an address, or a name that the user's ssh config explains. */
  readonly host: string
  /** Names of the manifest's components that it belongs to, in the manifest's order, at least one. */
  readonly groups: readonly string[]
  /** Explicit values of the manifest or the inventory; absent means that the user's ssh decides. */
  readonly port?: number
  readonly user?: string
  readonly identityFiles?: readonly string[]
  readonly zone?: string
  /** Stands ready for a rebuild and serves nothing yet. */
  readonly spare: boolean
  /** The bastion in front of it, when the manifest names one. */
  readonly gateway?: Gateway
}

/** A bastion: connections to servers go through it. */
export type Gateway = {
  readonly name: string
  readonly host: string
  readonly user?: string
  readonly port?: number
}

/** What a program of the user's is told of a server, in its environment. */
export const dataOf = (
  { name, host, groups, user, port, zone }: Server,
  run: string,
): Readonly<Record<string, string>> => ({
  MAESTRO_RUN: run,
  MAESTRO_SERVER: name,
  MAESTRO_ADDRESS: host,
  MAESTRO_GROUPS: groups.join(' '),
  MAESTRO_USER: user ?? '',
  MAESTRO_PORT: port === undefined ? '' : String(port),
  MAESTRO_ZONE: zone ?? '',
})
