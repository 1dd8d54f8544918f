import { MaestroError } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import { required } from '../../remote/fields.ts'
import type { Session } from '../../ssh/session/session.ts'
import { SudoError } from '../../ssh/session/sudo.ts'
import { runScript } from './run-script.ts'

/** Whether we can be root on a server, and by what. */
export type SudoCheck =
  | { readonly status: 'login' | 'sudo' | 'sudo-with-password' }
  | { readonly status: 'refused'; readonly error: MaestroError }

type Known = { readonly user: string; readonly password: Secret | undefined }

/** Tries to become root, first without the password and then, only where sudo wants one, with it. */
export async function checkSudo(session: Session, { user, password }: Known): Promise<SudoCheck> {
  const refusal = await whyNoRoot(session)
  if (refusal === undefined) return { status: user === 'root' ? 'login' : 'sudo' }
  const wantsPassword = refusal instanceof SudoError && refusal.kind === 'sudo-password-needed'
  if (!wantsPassword || password === undefined) return { status: 'refused', error: refusal }
  const error = await whyNoRoot(session, password)
  return error === undefined ? { status: 'sudo-with-password' } : { status: 'refused', error }
}

async function whyNoRoot(session: Session, password?: Secret): Promise<MaestroError | undefined> {
  try {
    const facts = await runScript(session, { files: ['lib/root.sh'], asRoot: true, timeoutMs: 30_000 }, password)
    const uid = required(facts, 'uid')
    return uid === '0' ? undefined : new MaestroError(`sudo makes us user ${uid} there, not root`)
  } catch (error) {
    if (error instanceof MaestroError) return error
    throw error
  }
}
