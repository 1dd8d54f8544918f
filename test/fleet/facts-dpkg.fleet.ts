import { describe, expect, it } from 'vitest'
import { combineStates, gatherFactsInStates, inside, knownValue, type State } from './support/facts-fixture.ts'

const holdLocks = `import fcntl, time
for path in ("/var/lib/apt/lists/lock", "/var/cache/apt/archives/lock"):
    file = open(path, "w"); fcntl.lockf(file, fcntl.LOCK_EX); globals()[path] = file
open("/run/fl-locked", "w")
time.sleep(600)`

// An overlay shows another inode to stat than to /proc/locks where a file comes from a layer below: so they are made anew.
const newLockFiles =
  'rm -f /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock /var/cache/apt/archives/lock'

const install = 'apt-get -qq -y --allow-downgrades -o Dpkg::Options::=--force-confold install'

/** An upgrade that has come to its slow part, stopped there by a signal for as long as it takes. */
const slowUpgrade: State = {
  make: `${newLockFiles}; ${install} fl-slow=1.0 >/dev/null
    systemd-run -q --collect --unit=fl-slow -p StandardOutput=truncate:/run/fl-slow -E DEBIAN_FRONTEND=noninteractive \
      apt-get -y install fl-slow
    timeout 30 sh -c 'until grep -q "slow: begin" /run/fl-slow; do sleep 0.1; done'
    systemctl kill --signal=STOP fl-slow
    sleep 4 # so that an age is told from none`,
  undo: `! systemctl -q is-active fl-slow || systemctl kill --signal=KILL fl-slow
    while systemctl -q is-active fl-slow; do sleep 0.1; done
    sed -i s/sleep.20/:/ /var/lib/dpkg/info/fl-slow.postinst || :
    dpkg --configure -a >/dev/null; ${install} fl-slow=1.0 >/dev/null`,
}

const factsOf = gatherFactsInStates({
  // A lock of another sort, which apt does not mind; and an upgrade half done by hand.
  'app-1': {
    make: `${newLockFiles}
      systemd-run -q --collect --unit=fl-flock flock /var/lib/dpkg/lock sleep infinity
      cd /run; apt-get -qq -o APT::Sandbox::User=root download fl-upd=1.1 fl-stdin=1.1
      dpkg --unpack fl-upd_1.1_all.deb fl-stdin_1.1_all.deb >/dev/null`,
    undo: `systemctl stop fl-flock || :
      rm -f /run/fl-upd_* /run/fl-stdin_*; dpkg --configure -a >/dev/null; ${install} fl-upd=1.0 fl-stdin=1.0 >/dev/null`,
  },
  'app-2': slowUpgrade,
  'db-1': combineStates(slowUpgrade, {
    make: 'systemctl kill --signal=KILL fl-slow; while systemctl -q is-active fl-slow; do sleep 0.1; done',
  }),
  // Where users do not see the processes of others.
  'db-2': {
    make: `${newLockFiles}
      systemd-run -q --collect --unit=fl-locks python3 -c '${holdLocks}'
      timeout 10 sh -c 'until [ -e /run/fl-locked ]; do sleep 0.1; done'
      mount -o remount,hidepid=2 /proc`,
    undo: 'mount -o remount,hidepid=0 /proc; systemctl stop fl-locks || :; rm -f /run/fl-locked',
  },
  // Removed but for its configuration, which is no trouble.
  'lb-1': { make: 'dpkg -r fl-conf >/dev/null', undo: `${install} fl-conf=1.0 >/dev/null` },
})

describe('facts/dpkg.sh', () => {
  it.each([
    { name: 'lb-1', isInterrupted: false },
    { name: 'app-1', isInterrupted: false },
    { name: 'db-1', isInterrupted: true },
  ])('on $name reports interrupted $isInterrupted, as apt does', async ({ name, isInterrupted }) => {
    const says = await inside(name, 'apt-get check 2>&1 || :')

    expect(says.includes('dpkg was interrupted')).toBe(isInterrupted)
    expect(knownValue(factsOf(name).dpkg).isInterrupted).toBe(isInterrupted)
  })

  it.each([
    { name: 'lb-1', broken: [] },
    { name: 'app-1', broken: ['fl-stdin unpacked', 'fl-upd unpacked'] },
    { name: 'db-1', broken: ['fl-slow half-configured'] },
  ])('on $name reports $broken.length packages that are not fully installed', async ({ name, broken }) => {
    const audit = await inside(name, 'dpkg --audit')

    expect(knownValue(factsOf(name).dpkg).broken).toEqual(broken)
    expect(broken.map((one) => one.split(' ')[0])).toEqual(
      [...audit.matchAll(/^ (fl-\S+)/gm)].map(([, one]) => one).toSorted(),
    )
  })
})

describe('facts/dpkg.sh: lock holders', () => {
  it('are apt and dpkg during an upgrade', async () => {
    const show = (process: string) => inside('app-2', `ps -o pid=,args= -C ${process} | sed 's/^ *//'`)
    const [apt, dpkg] = [await show('apt-get'), await show('dpkg')]

    const { lockHolders } = knownValue(factsOf('app-2').dpkg)
    expect(lockHolders.map(({ lock, pid, command }) => `${lock} ${pid} ${command}`)).toEqual([
      `frontend ${apt}`,
      `dpkg ${dpkg}`,
      `archives ${apt}`,
    ])
    expect(apt).toMatch(/apt-get -y install fl-slow$/)
  })

  it('have the age of their processes', async () => {
    const { dpkg, at } = factsOf('app-2')

    const { lockHolders } = knownValue(dpkg)
    const starts = lockHolders.map(({ pid }) => `echo $(($(date +%s) - $(ps -o etimes= -p ${pid})))`).join('\n')
    const startedAt = (await inside('app-2', starts)).split('\n').map(Number)
    lockHolders.forEach(({ ageSeconds }, index) => {
      const start = startedAt[index] ?? Number.NaN
      expect(ageSeconds).toBeGreaterThanOrEqual(at - start - 1)
      expect(ageSeconds).toBeLessThanOrEqual(Date.now() / 1000 - start + 1)
    })
  })

  it('are found where users cannot see processes of others', async () => {
    const pid = Number(await inside('db-2', 'systemctl show -P MainPID fl-locks'))

    const { lockHolders } = knownValue(factsOf('db-2').dpkg)
    expect(lockHolders).toMatchObject([
      { lock: 'lists', pid, command: expect.stringMatching(/python3 -c import fcntl, time for path/) },
      { lock: 'archives', pid },
    ])
    expect(knownValue(factsOf('db-2').identity).init).toBeUndefined()
  })

  it.each(['app-1', 'db-1', 'lb-1'])('are none on %s', (name) => {
    expect(knownValue(factsOf(name).dpkg).lockHolders).toEqual([])
  })
})
