import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { type FleetServer, readFleet } from './fleet.ts'
import { asRoot, cgroupOf, eventually, initOf, waitUntilRunning } from './inside.ts'

/** Takes a fault back. Each fault hands one out; call it in a `finally` or an `onTestFinished`. */
export type Undo = () => Promise<void>

/** The network cable is out: packets vanish without an error. */
export async function linkDown(server: FleetServer): Promise<Undo> {
  const set = (state: 'up' | 'down') => execa('ip', ['-n', switchNamespace(), 'link', 'set', 'dev', server.name, state])
  await set('down')
  return async () => void (await set('up'))
}

/** A firewall drops what the controller sends: connections time out, open ones stall. */
export const drop = (server: FleetServer): Promise<Undo> => firewall(server, 'iifname eth0 drop')

/** A firewall drops new connections to sshd; open ones go on. */
export const dropNew = (server: FleetServer): Promise<Undo> => firewall(server, 'tcp dport 22 ct state new drop')

/** Connections to sshd are refused at once. */
export const reject = (server: FleetServer): Promise<Undo> => firewall(server, 'tcp dport 22 reject with tcp reset')

/** sshd is there and does nothing: the kernel takes the connection, no banner comes. */
export async function sshdHangs(server: FleetServer): Promise<Undo> {
  await asRoot(server, 'systemctl kill --signal=STOP ssh')
  return async () => void (await asRoot(server, 'systemctl kill --signal=CONT ssh'))
}

/** sshd is not there: connections are refused. */
export async function sshdStopped(server: FleetServer): Promise<Undo> {
  await asRoot(server, 'systemctl stop ssh')
  return async () => void (await asRoot(server, 'systemctl start ssh'))
}

/** The whole system is frozen; its kernel still accepts connections. */
export async function freeze(server: FleetServer): Promise<Undo> {
  const frozen = `${cgroupOf(server)}/cgroup.freeze`
  writeFileSync(frozen, '1')
  return async () => writeFileSync(frozen, '0')
}

/** The power goes, in the middle of whatever it was; nothing says goodbye to open connections. Undone by switching on. */
export async function powerCut(server: FleetServer): Promise<Undo> {
  const plugIn = await linkDown(server)
  writeFileSync(`${cgroupOf(server)}/cgroup.kill`, '1')
  if (!(await eventually(() => isDark(server), 20_000))) throw new Error(`${server.name} outlived its power`)
  return async () => {
    await plugIn()
    await powerOn(server)
  }
}

/** The next reboot ends in the dark. Undone by switching on, if it came to that. */
export async function stayDown(server: FleetServer): Promise<Undo> {
  const flag = `${server.directory}/stay-down`
  writeFileSync(flag, '')
  return async () => {
    rmSync(flag)
    if (isDark(server)) await powerOn(server)
  }
}

/** Every boot takes that much longer, as with slow firmware. */
export async function bootDelay(server: FleetServer, seconds: number): Promise<Undo> {
  const delay = `${server.directory}/boot-delay`
  writeFileSync(delay, String(seconds))
  return async () => rmSync(delay)
}

/** Not one byte can be written any more. */
export async function diskFull(server: FleetServer): Promise<Undo> {
  // The disk is a tmpfs of the process that keeps the server: shrunk to what is used, it is full without being filled.
  const resize = (size: string) => whereDiskIs(server, `mount -o "remount,size=${size}" ${server.directory}/disk`)
  const used = `$(df --block-size=1 --output=used ${server.directory}/disk | tail -n 1 | tr -d ' ')`
  // Something may be written between the question and the answer: then the size is too small and refused.
  const shrunk = await eventually(() => resize(used).then(...settled), 5_000)
  if (!shrunk) throw new Error(`${server.name} writes too fast to fill its disk`)
  return async () => void (await resize('2g'))
}

/** The server shows another host key than the one it is known by, as after a new installation. */
export async function changedHostKey(server: FleetServer): Promise<Undo> {
  const key = '/etc/ssh/ssh_host_ed25519_key'
  const restart = 'systemctl restart ssh'
  await asRoot(
    server,
    `mkdir /root/old; mv ${key} ${key}.pub /root/old; ssh-keygen -q -t ed25519 -N '' -f ${key}; ${restart}`,
  )
  return async () => void (await asRoot(server, `mv /root/old/* /etc/ssh; rmdir /root/old; ${restart}`))
}

/** sudo wants a password from now on: the one returned. */
export async function sudoPassword(server: FleetServer): Promise<{ password: string; undo: Undo }> {
  const password = randomUUID()
  const rule = (tag: string) => `echo '${server.user} ALL=(ALL) ${tag}ALL' >/etc/sudoers.d/90-deploy`
  await asRoot(server, `echo '${server.user}:${password}' | chpasswd; ${rule('')}`)
  return {
    password,
    undo: async () => void (await asRoot(server, `passwd -q -d ${server.user}; ${rule('NOPASSWD:')}`)),
  }
}

/** The user's login shell is another one, or none. */
export async function loginShell(server: FleetServer, path: string): Promise<Undo> {
  const set = (shell: string) => asRoot(server, `usermod -s ${shell} ${server.user}`)
  await set(path)
  return async () => void (await set('/bin/bash'))
}

/** Every command over ssh begins with what this shell text prints: bash reads ~/.bashrc for them as well. */
export async function loginNoise(server: FleetServer, text: string): Promise<Undo> {
  const file = `~${server.user}/.bashrc`
  await asRoot(server, `cp -p ${file} /root/bashrc; cat >${file} <<'END-OF-NOISE'\n${text}\nEND-OF-NOISE`)
  return async () => void (await asRoot(server, `mv /root/bashrc ${file}`))
}

/** A hardened kernel may not tell its boot id. */
export async function withoutBootId(server: FleetServer): Promise<Undo> {
  await asRoot(server, 'mount -t tmpfs tmpfs /proc/sys/kernel/random')
  return async () => void (await asRoot(server, 'umount /proc/sys/kernel/random'))
}

const settled = [() => true, () => false] as const

const switchNamespace = (): string => readFleet().controller.namespace.replace(/controller$/, 'switch')

async function firewall(server: FleetServer, rule: string): Promise<Undo> {
  const nft = (text: string) => execa('ip', ['netns', 'exec', server.namespace, 'nft', text])
  const table = `fault_${randomUUID().replaceAll('-', '_')}`
  await nft(`table inet ${table} { chain input { type filter hook input priority -10; ${rule}; }; }`)
  return async () => void (await nft(`delete table inet ${table}`))
}

const isDark = (server: FleetServer): boolean =>
  initOf(server) === undefined && /dark\n$/.test(readFileSync(`${server.directory}/power.log`, 'utf8'))

async function powerOn(server: FleetServer): Promise<void> {
  writeFileSync(`${server.directory}/power-on`, '')
  await waitUntilRunning(server)
}

/** In the mount namespace of the process that keeps the server: only there does its disk exist. */
async function whereDiskIs(server: FleetServer, script: string): Promise<void> {
  const keeper = readFileSync(`${server.cgroup}/cgroup.procs`, 'utf8').split('\n')[0]
  await execa('nsenter', ['--mount', '-t', String(keeper), 'sh', '-euc', script])
}
