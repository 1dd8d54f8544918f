/** What the doctor found in one area of a server or of this computer. */
export interface Finding {
  readonly area: Area
  /** `error`: a command cannot do its work; `warning`: it can, but the state needs care; `unknown`: the state cannot be determined. */
  readonly status: 'ok' | 'warning' | 'error' | 'unknown'
  readonly text: string
  /** The commands that it stops. */
  readonly stops?: readonly string[]
  /** The command or setting that fixes it. */
  readonly fix?: string | undefined
}

/** In the order in which one area needs the other. */
export const areas = [
  'node',
  'manifest',
  'ssh',
  'keys',
  'terminal',
  'journal',
  'connection',
  'host key',
  'shell',
  'sudo',
  'clock',
  'system',
  'tools',
  'disk',
  'apt',
  'systemd',
  'docker',
  'weave',
  'load balancer',
  'maestro',
] as const
type Area = (typeof areas)[number]

export const okFinding = (area: Area, text: string): Finding => ({ area, status: 'ok', text })
export const warningFinding = (area: Area, text: string, fix?: string): Finding => ({
  area,
  status: 'warning',
  text,
  fix,
})
export const errorFinding = (
  area: Area,
  text: string,
  { stops, fix }: Required<Pick<Finding, 'stops' | 'fix'>>,
): Finding => ({
  area,
  status: 'error',
  text,
  stops,
  fix,
})
export const unknownFinding = (area: Area, text: string, fix?: string): Finding => ({
  area,
  status: 'unknown',
  text,
  fix,
})

export const everything: readonly string[] = ['every command']
export const allChanges: readonly string[] = ['every command that changes servers']
/** The commands that install packages. */
export const installs: readonly string[] = ['deploy', 'security-upgrade', 'unattended-upgrades']

export type { Area }
