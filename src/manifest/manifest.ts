import type { Component } from './components.ts'
import type { Settings } from './settings.ts'

/** The manifest as the program uses it: one environment chosen, every name looked up, every default filled in. */
export interface Manifest {
  /** The file as it was found; every run prints it. */
  readonly path: string
  /** Absent when the file has no environment level and none was asked for. */
  readonly environment?: string
  /** Every environment that the file has, in its order; empty when it has no environment level. */
  readonly environments: readonly string[]
  readonly groups: readonly Group[]
  /** Each machine once, in the file's order, however many components name it. */
  readonly servers: readonly ManifestServer[]
  readonly gateway?: ManifestGateway
  readonly loadBalancer?: LoadBalancer
  readonly settings: Settings
}

/** A component of the application that has servers, or could have. */
export interface Group {
  /** The component's name (`docker`), or for one of several database instances `mysql/reporting`. */
  readonly name: string
  readonly kind: Component
  readonly versions: Versions
  /** Names of its servers in the file's order; empty when it runs elsewhere (`server: external`). */
  readonly serverNames: readonly string[]
}

/** The versions that the manifest asks for, as exact text: `20.10` is never 20.1. */
export interface Versions {
  readonly docker?: string
  readonly weave?: string
  /** How many old images stay on a server besides the running one. */
  readonly imageKeepCount?: number
}

/** A server as the manifest describes it; where an absent address comes from is the inventory's affair. */
export interface ManifestServer {
  readonly name: string
  readonly address?: string
  /** Names of its groups in the file's order, at least one. */
  readonly groups: readonly string[]
  readonly user?: string
  readonly port?: number
  /** `zone`, else `availability_zone`. */
  readonly zone?: string
  /** Reserved for a rebuild; gets no traffic yet. */
  readonly spare: boolean
  /** Where the file describes it, for messages about it. */
  readonly position: Position
}

/** The jump host; without an address its name is the host name for ssh. */
export interface ManifestGateway {
  readonly name: string
  readonly user?: string
  readonly address?: string
  readonly port?: number
  readonly position: Position
}

/** What the manifest says about the load balancer in front of the application. */
export interface LoadBalancer {
  /** What it asks servers for: `/up`, or a whole request line. */
  readonly httpchk?: string
  readonly waitAfterAddingMs: number
  readonly waitAfterRemovingMs: number
}

/** A place in the file; lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}
