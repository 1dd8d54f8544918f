import type { ChangeFlags } from '../../cli/flags.ts'
export type ResumeFlags = Pick<
  ChangeFlags,
  'output' | 'quiet' | 'verbose' | 'yes' | 'manifest' | 'environment' | 'askPassword' | 'askSudoPassword'
> & {
  readonly adopt?: boolean
}

export type ResumeRequest = {
  readonly run: string | undefined
  readonly flags: ResumeFlags
  readonly stop: AbortSignal
}
