import { userInfo } from 'node:os'

/** A path of the manifest with its `~/` written out: the home of the account, which is where ssh looks too. */
export function fromHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, userInfo().homedir)
}

/** Where the journals of runs are kept. */
export const runsFolder = () => `${stateFolder()}/runs`

/** Where two that would change the same application meet. */
export const applicationFolder = (name: string) => `${stateFolder()}/applications/${name}`

function stateFolder(): string {
  const { XDG_STATE_HOME: state } = process.env
  return `${state?.startsWith('/') ? state : `${userInfo().homedir}/.local/state`}/maestro`
}
