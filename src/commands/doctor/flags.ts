import type { OutputFlags, ServerFlags } from '../../cli/flags.ts'
export type DoctorFlags = ServerFlags & Omit<OutputFlags, 'output'> & { readonly output: 'table' | 'json' }
