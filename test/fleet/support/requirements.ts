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

const vmTools = { 'qemu-system-x86_64': 'qemu-system-x86', 'mkfs.ext4': 'e2fsprogs', debugfs: 'e2fsprogs' } as const

/** Throws one sentence that says why the fleet cannot run on this machine, or what to install so that it can. */
export async function requireMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The test fleet boots real systems and runs on Linux only.')
  if (process.getuid?.() !== 0) throw new Error('The test fleet boots real systems and needs root.')
  if (!(await has('apt-get'))) throw new Error('The test fleet is made from Debian packages and needs apt-get.')

  await requireTools(tools)
}

/** The same for a virtual machine with a kernel of its own. */
export async function requireVmTools(): Promise<void> {
  if (process.arch !== 'x64') throw new Error('The virtual machine runs a kernel for x86-64 and needs such a machine.')
  await requireTools(vmTools)
}

/** The same for a comparison with Ansible. */
export const requireAnsible = (): Promise<void> => requireTools({ 'ansible-playbook': 'ansible' })

async function requireTools(needed: Readonly<Record<string, string>>): Promise<void> {
  const found = await Promise.all(Object.keys(needed).map(has))
  const missing = new Set(Object.values(needed).filter((_package, index) => !found[index]))
  if (missing.size > 0) {
    throw new Error(`The test fleet needs tools that are not here: apt-get install ${[...missing].join(' ')}`)
  }
}

const has = (tool: string): Promise<boolean> =>
  execa('sh', ['-c', `command -v ${tool}`]).then(
    () => true,
    () => false,
  )
