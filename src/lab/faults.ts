import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'

/** What can be wrong with a server of the lab, and what that means. */
export const faults = {
  drops: 'its line is cut again and again while an upgrade runs there',
  down: 'nothing answers at its port',
  slow: 'every command takes two seconds longer, and every package',
  'changed-host-key': 'it shows another host key than known_hosts has',
  'apt-locked': "another process holds apt's locks",
  'failing-postinst': 'the first package of an upgrade ends up half configured',
  'never-returns': 'it does not come back from a restart',
} as const

export type Fault = keyof typeof faults

export const isFault = (word: string): word is Fault => Object.hasOwn(faults, word)

/** The fault that a server has now; a file, so that a person can change it while the lab runs. */
export function faultOf(root: string): Fault | undefined {
  const word = readFileSync(`${root}/lab/fault`, 'utf8').trim()
  return isFault(word) ? word : undefined
}

const holder = 4711

/** Makes those files of a root fit its fault that the scripts read themselves. */
export function showFault(root: string, fault: Fault | undefined): void {
  writeFileSync(`${root}/lab/pace`, fault === 'slow' ? '2\n' : '0.2\n')
  writeFileSync(`${root}/proc/locks`, fault === 'apt-locked' ? lockLine(`${root}/var/lib/dpkg/lock-frontend`) : '')
  if (fault !== 'apt-locked') return
  const startTicks = (Number.parseFloat(readFileSync(`${root}/proc/uptime`, 'utf8')) - 300) * 100
  const start = Math.max(0, Math.round(startTicks))
  const stat = `${holder} (unattended-upgr) S 1 1 1 0 -1 ${'0 '.repeat(8)}0 20 0 1 0 ${start} 0 0\n`
  mkdirSync(`${root}/proc/${holder}`, { recursive: true })
  writeFileSync(`${root}/proc/${holder}/stat`, stat)
  writeFileSync(`${root}/proc/${holder}/cmdline`, '/usr/bin/python3\0/usr/bin/unattended-upgrade\0')
}

// As in /proc/locks: major and minor number of the device in hexadecimal, and the inode.
function lockLine(path: string): string {
  const { dev, ino } = statSync(path)
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)]
  const hex = (part: number) => part.toString(16).padStart(2, '0')
  return `1: POSIX  ADVISORY  WRITE ${holder} ${hex(major)}:${hex(minor)}:${ino} 0 EOF\n`
}
