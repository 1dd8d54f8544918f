import { exitCodes, MaestroError } from '../base/errors.ts'

/** The line to a server is gone, or there is none for now; what was asked of it may or may not have happened. */
export class DisconnectedError extends MaestroError {
  override readonly exitCode = exitCodes.unreachable
}

/** Whoever answers there is not known to be the server: its host key is another one. Nothing is asked of it. */
export class HostKeyMismatchError extends MaestroError {}

/** The run is to end: nothing new is begun, and a wait is over. */
export class StoppedError extends MaestroError {}

/** Nobody can say how a change stands; it is neither repeated nor taken for done. */
export class UnknownError extends MaestroError {}

/** A change shows no progress any more; it goes on by itself, and whatever holds the server keeps holding it. */
export class StuckError extends MaestroError {}

/** A change failed and was taken back, and that is proved: the server is as it was before. */
export class RolledBackError extends MaestroError {}
