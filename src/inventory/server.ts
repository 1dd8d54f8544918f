/** One machine that the application runs on, as every room beyond the inventory knows it. */
export type Server = {
  /** How people, reports and the journal name it: `unique_name` of the manifest, or `<environment>/<unique_name>`. */
  readonly name: string
  /** Set where servers of several environments are told apart. */
  readonly environment?: string
  /** `unique_name`, where `name` has the environment before it. */
  readonly uniqueName?: string
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

/** What a server is called where servers of several environments are told apart. */
export const displayName = (environment: string | undefined, uniqueName: string): string =>
  environment === undefined ? uniqueName : `${environment}/${uniqueName}`

/** The same server, told apart from those of other environments. */
export const inEnvironment = (server: Server, environment: string | undefined): Server =>
  environment === undefined
    ? server
    : { ...server, environment, uniqueName: server.name, name: displayName(environment, server.name) }

export const uniqueNameOf = ({ name, uniqueName = name }: Pick<Server, 'name' | 'uniqueName'>): string => uniqueName

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
