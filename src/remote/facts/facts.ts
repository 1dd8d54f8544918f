import type { DockerCandidates } from './candidates.ts'
import type { ComposeState } from './compose.ts'
import type { Disk } from './disk.ts'
import type { Docker } from './docker.ts'
import type { Dpkg } from './dpkg.ts'
import type { Engine } from './engine.ts'
import type { Haproxy } from './haproxy.ts'
import type { Identity } from './identity.ts'
import type { Kernel } from './kernel.ts'
import type { MaestroState } from './maestro.ts'
import type { Mesh } from './mesh.ts'
import type { Needrestart } from './needrestart.ts'
import type { PeriodicUpgrades } from './periodic.ts'
import type { RebootFlag } from './reboot.ts'
import type { Security } from './security.ts'
import type { System } from './system.ts'
import type { Systemd } from './systemd.ts'
import type { Tools } from './tools.ts'
import type { UnattendedStatus } from './unattended.ts'
import type { PendingUpgrades } from './upgrades.ts'
import type { Weave } from './weave.ts'

/** A fact about a server, or why it is unknown. Unknown is never a reason to act, and is never shown as ok. */
export type Fact<T> =
  | { readonly status: 'known'; readonly value: T }
  | { readonly status: 'unknown'; readonly why: string }

export type FactName = (typeof statusFacts | typeof planFacts | typeof doctorFacts)[number]

/** The facts of one server, gathered in one connection; a fact that was not requested is absent. Times are by the server's clock. */
export interface ServerFacts {
  /** Epoch seconds by the server's clock, when the gathering began. */
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

/** The facts that `status` shows; each has a script and a reader in this folder. A command requests those that it needs. */
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
