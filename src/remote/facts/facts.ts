import type { AptSetting } from '../apt-conf.ts'
import type { Lock } from '../lock/lock.ts'
import type { DockerCandidates } from './candidates.ts'
import type { Engine } from './engine.ts'

/** What a look tells, or why it cannot tell. Unknown is never a reason to act and never shown as well. */
export type Fact<T> =
  | { readonly status: 'known'; readonly value: T }
  | { readonly status: 'unknown'; readonly why: string }

/** The parts of a look that are shown, each one file in `facts/`; a command asks for those that it needs. */
export const statusFacts = [
  'identity',
  'system',
  'kernel',
  'reboot',
  'needrestart',
  'upgrades',
  'unattended',
  'dpkg',
  'disk',
  'docker',
  'weave',
  'maestro',
] as const

/** Parts that only a change foresees by: more than `status` shows. */
export const planFacts = ['periodic', 'security', 'engine', 'candidates', 'mesh', 'compose'] as const

/** Parts that only `maestro doctor` asks for. */
export const doctorFacts = ['tools', 'systemd', 'haproxy'] as const

export type FactName = (typeof statusFacts | typeof planFacts | typeof doctorFacts)[number]

/** What one server said of itself in one connection; a part that was not asked for is absent. Times are the server's own clock. */
export interface ServerFacts {
  /** Epoch seconds by the server's clock, when the look began. */
  readonly at: number
  readonly identity?: Fact<Identity>
  readonly system?: Fact<System>
  readonly kernel?: Fact<Kernel>
  readonly reboot?: Fact<RebootFlag>
  readonly needrestart?: Fact<Needrestart>
  readonly upgrades?: Fact<PendingUpgrades>
  readonly unattended?: Fact<UnattendedStatus>
  readonly periodic?: Fact<PeriodicUpgrades>
  readonly security?: Fact<Security>
  readonly engine?: Fact<Engine>
  readonly candidates?: Fact<DockerCandidates>
  readonly dpkg?: Fact<Dpkg>
  readonly disk?: Fact<readonly Disk[]>
  /** null: not installed. */
  readonly docker?: Fact<Docker | null>
  readonly weave?: Fact<Weave | null>
  readonly compose?: Fact<ComposeState>
  /** null: no router of Weave runs. */
  readonly mesh?: Fact<Mesh | null>
  readonly maestro?: Fact<MaestroState>
  readonly tools?: Fact<Tools>
  readonly systemd?: Fact<Systemd>
  /** null: no HAProxy there. */
  readonly haproxy?: Fact<Haproxy | null>
}

/** What apt would install under the pins of a security upgrade. */
export interface Security {
  readonly packages: readonly Planned[]
  /** Package files whose priority is not the one that the pins give: what is installed from there nobody has foreseen. */
  readonly wrongSources: readonly string[]
  readonly downloadBytes: number
}

/** One package of an upgrade; `from` is undefined for one that comes new, as a dependency. */
export type Planned = {
  readonly name: string
  readonly from: string | null
  readonly to: string
  /** As apt names it: `Ubuntu:24.04/noble-security`. */
  readonly origin: string
}

export interface Tools {
  /** Tools of maestro's scripts that are not there. */
  readonly missing: readonly string[]
}

export interface Systemd {
  /** In its own words: running, degraded, starting, …; `none` where it is not the init. */
  readonly state: string
  readonly canRunUnits: boolean
  readonly failed: readonly string[]
  /** Who blocks a shutdown, and why, a line each. */
  readonly inhibitors: readonly string[]
}

export interface Haproxy {
  readonly sockets: readonly {
    readonly path: string
    readonly isAdmin: boolean
    readonly isThere: boolean
    /** Who may use it: `haproxy:haproxy 660`. */
    readonly owner: string | undefined
  }[]
  readonly hasSocat: boolean
}

export interface Identity {
  readonly machineId: string
  readonly bootId: string
  /** What runs as PID 1 (`systemd`, `init`, …) and its start in clock ticks since boot (field 22 of /proc/1/stat); undefined where /proc is closed. */
  readonly init: string | undefined
  readonly initStartTicks: number | undefined
  readonly uptimeSeconds: number
  readonly hostname: string
}

export interface System {
  /** `ID` of os-release: ubuntu, debian, … */
  readonly id: string
  readonly release: string
  readonly codename: string
  readonly name: string
  /** Whether the family is one that maestro can patch (dpkg and apt are there). */
  readonly hasApt: boolean
}

export interface Kernel {
  readonly running: string
  /** The newest installed of the running kernel's flavour; undefined where none is installed (a container, a kernel from outside). */
  readonly newest: string | undefined
  /** Epoch seconds at which the newest was installed. */
  readonly newestSince: number | undefined
  /** The kernel that the boot loader is told to start instead of the newest; `release` is undefined where its words name none that is installed. */
  readonly pinned: { readonly release: string | undefined; readonly words: string } | undefined
  /** Package versions of the running build and of the installed one, where a package replaced the running release under its own name. */
  readonly rebuilt: { readonly running: string; readonly installed: string } | undefined
}

export interface RebootFlag {
  readonly isSet: boolean
  /** Names in reboot-required.pkgs, in its order, each once. */
  readonly packages: readonly string[]
  /** Epoch seconds of the flag file. */
  readonly since: number | undefined
  /** Whether anything on the server would set the flag; where nothing would, a missing flag says nothing. */
  readonly hasSetter: boolean
}

/** What needrestart says; nothing where it is not installed. */
export interface Needrestart {
  readonly hasTool: boolean
  /** needrestart's own word on the kernel, when it has one. */
  readonly kernel: 'current' | 'abi-upgrade' | 'version-upgrade' | undefined
  /** Units that still run code that is no longer on disk. */
  readonly services: readonly string[]
}

export interface PendingUpgrades {
  /** Upgrades with a fix in a security pocket, also where -updates already holds a newer version. */
  readonly security: readonly Upgrade[]
  readonly otherCount: number
  readonly held: readonly string[]
  readonly keptBack: readonly { readonly name: string; readonly why: string }[]
  /** As in `Ubuntu:noble-security`: where fixes would come from, by the lists that are there. */
  readonly securityOrigins: readonly string[]
  /** Age of the newest package list; undefined: never fetched. */
  readonly listsAgeSeconds: number | undefined
}

export interface Upgrade {
  readonly name: string
  readonly from: string
  readonly to: string
  /** As in `Ubuntu:noble-security`. */
  readonly origin: string
}

export interface UnattendedStatus {
  readonly isInstalled: boolean
  /** Whether apt's effective configuration and the timers make it run daily. */
  readonly isDaily: boolean
  readonly why: string | undefined
  readonly origins: readonly string[]
  readonly rebootsByItself: boolean
  /** Epoch seconds; undefined: never, or the log cannot be read. */
  readonly lastRunAt: number | undefined
  readonly nextRunAt: number | undefined
}

/** All that bears on setting the nightly upgrades up, or on taking that back. */
export interface PeriodicUpgrades {
  readonly package:
    | { readonly status: 'installed'; readonly version: string }
    | { readonly status: 'missing'; readonly candidate: string | undefined }
    | { readonly status: 'half-installed'; readonly state: string }
  /** apt's effective configuration. */
  readonly options: readonly AptSetting[]
  /** Files of apt's configuration with settings that neither their package nor maestro put there, in apt's order. */
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly isEdited: boolean
  /** The text of maestro's own file. */
  readonly ours: string | undefined
  readonly scheduler: 'systemd' | 'cron' | 'none'
  readonly timers: readonly PeriodicTimer[]
  /** What maestro found before its first change; a part is undefined where it changed nothing of it. */
  readonly was: {
    readonly timers:
      | readonly { readonly unit: string; readonly isEnabled: boolean; readonly isActive: boolean }[]
      | undefined
    readonly packages: readonly string[]
    /** The hash of the file that was last proved to work. */
    readonly proved: string | undefined
  }
}

export interface PeriodicTimer {
  readonly unit: string
  readonly load: string
  readonly isEnabled: boolean
  readonly isActive: boolean
  /** Whether what it starts runs just now, so that there is no next time yet. */
  readonly isRunning: boolean
  /** Epoch seconds. */
  readonly nextAt: number | undefined
}

export interface Dpkg {
  /** dpkg's journal holds an unfinished run. */
  readonly isInterrupted: boolean
  /** Packages that are not fully installed, each `name state`. */
  readonly broken: readonly string[]
  readonly lockHolders: readonly LockHolder[]
}

export interface LockHolder {
  /** frontend, dpkg, lists or archives. */
  readonly lock: string
  readonly pid: number
  readonly command: string
  readonly ageSeconds: number
}

export interface Disk {
  readonly path: string
  readonly totalBytes: number
  readonly freeBytes: number
  readonly isReadOnly: boolean
}

export interface Docker {
  /** The engine's. */
  readonly version: string | undefined
  readonly client: string | undefined
  /** Why the engine's own answer is missing, when it is. */
  readonly trouble: string | undefined
  /** docker-ce, docker.io, snap, static. */
  readonly source: string
  /** What the engine works with; absent where it does not answer. */
  readonly components?: DockerComponents
  readonly containers: readonly Container[]
}

/** Each undefined where it is not told: old engines know nothing of what they work with. */
export interface DockerComponents {
  /** The oldest API that it still answers. */
  readonly apiMinimum: string | undefined
  readonly containerd: string | undefined
  readonly runc: string | undefined
  readonly compose: string | undefined
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly state: string
  readonly health: string | undefined
  readonly restartPolicy: string
  /** In the engine's words; the year 1 for one that never was. */
  readonly startedAt: string
}

/** What Docker Compose runs of the application's services, and what was rolled out. */
export interface ComposeState {
  /** Undefined: there is none. */
  readonly compose: { readonly version: string; readonly isPlugin: boolean } | undefined
  readonly deployed: readonly DeployedService[]
  /** What was deployed before that; the same as what is deployed once it was gone back to. */
  readonly before: readonly DeployedService[]
  /** Whether the files of the revision that was asked about are there. */
  readonly isStaged: boolean
  /** The images that were brought for it. */
  readonly asked: readonly AskedImage[]
  readonly containers: readonly ServiceContainer[]
}

/** One service as it was rolled out; ids are Docker's own, of 64 hex digits behind `sha256:`. */
export type DeployedService = {
  readonly service: string
  /** The checksum of the files that it was rolled out with. */
  readonly revision: string
  readonly image: string
  readonly id: string
  /** Compose's own checksum of its configuration. */
  readonly configuration: string
}

export interface AskedImage {
  readonly service: string
  readonly image: string
  readonly id: string
  readonly isPulled: boolean
}

export interface ServiceContainer {
  readonly service: string
  readonly name: string
  readonly id: string
  readonly image: string
  readonly configuration: string
  readonly state: string
  readonly exitCode: number
  readonly health: string | undefined
  readonly restartPolicy: string
}

export interface Weave {
  readonly version: string
  readonly isRunning: boolean
}

/** The network of Weave as its router on this server has it. */
export interface Mesh {
  readonly scriptSha256: string
  /** In its own words: `router`, `ipam`, `dns`, `proxy`, `plugin (v2)`. */
  readonly services: readonly string[]
  /** enabled or disabled, as is `discovery`. */
  readonly encryption: string
  readonly discovery: string
  /** `state` is established, pending, retrying, failed or connecting. */
  readonly connections: readonly { readonly address: string; readonly state: string; readonly info: string }[]
  /** The peers that it was told to connect to. */
  readonly targets: readonly string[]
  /** What each peer owns of the addresses that are given to containers. */
  readonly ranges: readonly { readonly peer: string; readonly addressCount: number; readonly isReachable: boolean }[]
  readonly launch: MeshLaunch
}

/** How its container was made. */
export interface MeshLaunch {
  /** The weave script's own and those that it was given, without a password. */
  readonly arguments: readonly string[]
  /** `NAME=value` */
  readonly variables: readonly string[]
  readonly hasPassword: boolean
  /** Whether Docker starts it again. */
  readonly restarts: boolean
  /** Whether Docker holds it to so much memory or processor. */
  readonly hasLimits: boolean
  /** Whether weave.service runs it. */
  readonly hasUnit: boolean
}

/** What maestro itself left on the server. */
export interface MaestroState {
  /** The lock in /var/lib/maestro/lock, when somebody holds it. */
  readonly lock: Lock | undefined
  /** Runs whose drain is still open here. */
  readonly drained: readonly string[]
}
