import * as z from 'zod'
import { lazily, type Schema } from '../plan/schema/schema.ts'

/** What is read of `report.json`: how a run has ended. */
type ReportEnd = { readonly exitCode: number; readonly isOver?: boolean }

export const reportSchema: Schema<ReportEnd> = lazily(() =>
  z.object({ exitCode: z.int(), isOver: z.boolean().exactOptional() }),
)
