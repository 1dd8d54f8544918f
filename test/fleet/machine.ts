import { execa } from 'execa'

/** What the fleet's scripts call, and the Debian package that brings it. */
const tools = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  'apt-ftparchive': 'apt-utils',
  ip: 'iproute2',
  nft: 'nftables',
  gpg: 'gpg',
  'gpg-agent': 'gpg-agent',
  'ssh-keygen': 'openssh-client',
} as const

/** Throws one sentence that says why the fleet cannot run on this machine, or what to install so that it can. */
export async function requireMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The test fleet boots real systems and runs on Linux only.')
  if (process.getuid?.() !== 0) throw new Error('The test fleet boots real systems and needs root.')
  if (!(await has('apt-get'))) throw new Error('The test fleet is made from Debian packages and needs apt-get.')

  const missing = await missingOf(tools)
  if (missing.length > 0) {
    throw new Error(`The test fleet needs tools that are not here: apt-get install ${missing.join(' ')}`)
  }
}

/** The packages of those tools that are not on the PATH. */
export async function missingOf(needed: Readonly<Record<string, string>>): Promise<string[]> {
  const found = await Promise.all(Object.keys(needed).map(has))
  return Object.values(needed).filter((_package, index) => !found[index])
}

const has = (tool: string): Promise<boolean> =>
  execa('sh', ['-c', `command -v ${tool}`]).then(
    () => true,
    () => false,
  )
