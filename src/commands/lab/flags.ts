export interface LabFlags {
  readonly servers?: number
  readonly fault?: readonly string[]
  readonly folder?: string
  readonly light?: boolean
  readonly delay?: number
}
