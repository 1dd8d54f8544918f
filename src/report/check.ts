/** One thing that the doctor has looked at. */
export interface Check {
  readonly area: Area
  /** `bad`: some command cannot do its work; `warn`: it can, but somebody should know; `unknown`: it cannot be told. */
  readonly is: 'ok' | 'warn' | 'bad' | 'unknown'
  readonly text: string
  /** The commands that it stops. */
  readonly stops?: readonly string[]
  /** The line that puts it right. */
  readonly fix?: string | undefined
}

export type Area =
  | 'connection'
  | 'sudo'
  | 'clock'
  | 'disk'
  | 'apt'
  | 'systemd'
  | 'docker'
  | 'balancer'
  | 'tools'
  | 'maestro'
  | 'node'
  | 'ssh'
  | 'keys'
  | 'manifest'
  | 'journal'

export const ok = (area: Area, text: string): Check => ({ area, is: 'ok', text })
export const warn = (area: Area, text: string, fix?: string): Check => ({ area, is: 'warn', text, fix })
export const bad = (area: Area, text: string, { stops, fix }: Pick<Check, 'stops' | 'fix'>): Check => ({
  area,
  is: 'bad',
  text,
  ...(stops === undefined ? {} : { stops }),
  fix,
})
export const unknown = (area: Area, text: string): Check => ({ area, is: 'unknown', text })

/** Every command that changes servers. */
export const allChanges: readonly string[] = ['unattended-upgrades', 'resume', 'unlock']
