/** One thing that the doctor has looked at. */
export interface Finding {
  readonly area: Area
  /** `wrong`: some command cannot do its work; `note`: it can, but somebody should know; `unknown`: it cannot be told. */
  readonly status: 'fine' | 'note' | 'wrong' | 'unknown'
  readonly text: string
  /** What cannot be done because of it. */
  readonly stops?: readonly string[]
  /** The line that puts it right. */
  readonly fix?: string | undefined
}

/** Where to look for it, in the order in which one thing needs the other. */
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
  'balancer',
  'maestro',
] as const
type Area = (typeof areas)[number]

export const okFinding = (area: Area, text: string): Finding => ({ area, status: 'fine', text })
export const warningFinding = (area: Area, text: string, fix?: string): Finding => ({ area, status: 'note', text, fix })
export const errorFinding = (
  area: Area,
  text: string,
  { stops, fix }: Required<Pick<Finding, 'stops' | 'fix'>>,
): Finding => ({
  area,
  status: 'wrong',
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
/** Those that install packages. */
export const installs: readonly string[] = ['deploy', 'security-upgrade', 'unattended-upgrades']

export type { Area }
