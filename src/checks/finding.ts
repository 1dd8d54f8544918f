/** One thing that the doctor has looked at. */
export interface Check {
  readonly area: Area
  /** `wrong`: some command cannot do its work; `note`: it can, but somebody should know; `unknown`: it cannot be told. */
  readonly is: 'fine' | 'note' | 'wrong' | 'unknown'
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

export const fine = (area: Area, text: string): Check => ({ area, is: 'fine', text })
export const note = (area: Area, text: string, fix?: string): Check => ({ area, is: 'note', text, fix })
export const wrong = (area: Area, text: string, { stops, fix }: Required<Pick<Check, 'stops' | 'fix'>>): Check => ({
  area,
  is: 'wrong',
  text,
  stops,
  fix,
})
export const unknown = (area: Area, text: string, fix?: string): Check => ({ area, is: 'unknown', text, fix })

export const everything: readonly string[] = ['every command']
export const allChanges: readonly string[] = ['every command that changes servers']
/** Those that install packages. */
export const installs: readonly string[] = ['deploy', 'security-upgrade', 'unattended-upgrades']

export type { Area }
