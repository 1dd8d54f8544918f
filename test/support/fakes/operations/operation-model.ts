import type { Operation } from '../../../../src/plan/operation.ts'
import type { MemoryServer } from '../memory-server.ts'

/** An operation, and servers in memory on which every step of it is due. */
export interface OperationModel {
  readonly operation: () => Operation
  readonly servers: () => readonly MemoryServer[]
}
