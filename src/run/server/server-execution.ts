import type { ServerContext } from '../../plan/context.ts'
import type { Run } from '../run.ts'
import type { Subject } from '../subject.ts'

/** One server of a run while it is worked on. */
export interface ServerExecution extends Pick<Subject, 'name' | 'previous' | 'writeEvent'> {
  readonly run: Run
  readonly contextFor: (step: string) => ServerContext
}
