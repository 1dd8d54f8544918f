import { spawnSync } from 'node:child_process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type FactName, statusFacts } from '../../../src/remote/facts/facts.ts'
import { factsScript, readFacts } from '../../../src/remote/facts/read-facts.ts'
import { parseResponse, ResponseError } from '../../../src/remote/response.ts'
import { buildFields } from '../../support/builders/build-fields.ts'
import { fakeServer } from '../../support/fakes/fake-server.ts'
import { itNeeds, shells } from '../../support/tools.ts'

const witness = 'strace'

const files = {
  run: null,
  'etc/os-release': 'ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  'proc/sys/kernel/random/boot_id': 'bcf9dd11-6bbd-43f8-af3c-681583ab6058\n',
  'proc/uptime': '4472.31 8000.00\n',
  'proc/mounts': '/dev/vda1 / ext4 rw 0 0\n',
  'boot/vmlinuz-lts': '',
}
const tools = { df: "printf '%s\\n' head '/dev/vda1 40000000 10000000 28000000 27% /'" }

const isKnown = (facts: ReturnType<typeof readFacts>) => statusFacts.filter((part) => facts[part]?.status === 'known')

describe.each(shells())('factsScript under $name', (shell) => {
  it('prints what is known on a system without dpkg, and why the rest is unknown', () => {
    const facts = fakeServer({ files, tools }).facts(statusFacts, shell)

    const unknown: readonly FactName[] = ['upgrades', 'unattended', 'dpkg']
    expect(isKnown(facts)).toEqual(statusFacts.filter((part) => !unknown.includes(part)))
    expect(unknown.map((part) => facts[part])).toEqual([
      { status: 'unknown', why: 'this system has no apt' },
      { status: 'unknown', why: 'this system has no apt' },
      { status: 'unknown', why: 'this system has no dpkg' },
    ])
  })

  it('prints the same when it runs twice', () => {
    const server = fakeServer({ files, tools: { ...tools, date: 'echo 1795000000' } })

    const before = server.facts(statusFacts, shell)

    expect(server.facts(statusFacts, shell)).toEqual(before)
  })

  it.each([
    ['exits', 'exit 7', 'it ended without a word'],
    ['says why', "printf 'one\\nuname: broken\\n\\n' >&2; exit 1", 'uname: broken'],
    ['is killed', 'kill -9 $$', expect.any(String)],
    [
      'says too much',
      'head -c 5000000 /dev/zero | tr "\\000" x >&2; echo end >&2; exit 1',
      expect.stringMatching(/^x{1900,}end$/),
    ],
  ])('makes one fact unknown when its tool %s', (_, uname, why) => {
    const facts = fakeServer({ files, tools: { ...tools, uname } }).facts(['identity', 'system', 'disk'], shell)

    expect(facts.identity).toEqual({ status: 'unknown', why })
    expect(isKnown(facts)).toEqual(['system', 'disk'])
  })

  it('gives later tools less time, so that it ends before the timeout of the controller', () => {
    const docker = 'case $* in *MinAPIVersion*) exit 1 ;; *Server.Version*) printf "client 1\\nserver 1\\n" ;; esac'
    const timeout = `echo "$1" >>"$MAESTRO_ROOT/limits"; shift
      read -r up _ <"$MAESTRO_ROOT/proc/uptime"; echo "$((\${up%.*} + 30)).5 1" >"$MAESTRO_ROOT/proc/uptime"
      exec "$@"`
    const server = fakeServer({
      files: { ...files, 'proc/uptime': '1000.5 1\n', 'var/run/docker.sock': '' },
      tools: { ...tools, id: 'echo 0', docker, timeout },
    })

    server.facts(['disk', 'docker'], shell)

    expect(server.run('cat "$MAESTRO_ROOT/limits"').stdout).toBe('10\n15\n15\n1\n')
  })

  it('transfers hostile values bounded and unchanged', () => {
    const hostile = `'"\u001b]0;x\u0007 $(reboot) \\ é \u0000€\rmaestro-end b7e1\nend=ok`
    const server = fakeServer({
      files: { ...files, 'run/reboot-required': '', 'run/reboot-required.pkgs': `${hostile}\n${'x'.repeat(2 ** 16)}` },
      tools: { ...tools, uname: `printf '%s' '${'y'.repeat(2 ** 16)}'; printf '\\033[2J'` },
    })

    const facts = server.facts(['identity', 'reboot'], shell)

    expect(facts.identity).toMatchObject({ value: { hostname: 'y'.repeat(4096) } })
    const packages = facts.reboot?.status === 'known' ? facts.reboot.value.packages : []
    expect(packages.slice(0, 2)).toEqual([`'"\u001b]0;x\u0007 $(reboot) \\ é €\rmaestro-end b7e1`, 'end=ok'])
    expect(packages[2]).toHaveLength(4096)
  })

  it('handles a megabyte in a file like a line', () => {
    const name = `PRETTY_NAME="${'z'.repeat(2 ** 20)}"\n`
    const server = fakeServer({ files: { ...files, 'etc/os-release': `ID=x\n${name}` } })

    expect(server.facts(['system'], shell).system).toMatchObject({
      value: { id: 'x', name: expect.stringMatching(/^.z{4000,4096}$/) },
    })
  })

  itNeeds([witness])('writes nothing to disk', () => {
    const server = fakeServer({ files, tools })
    const calls =
      'trace=open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,ftruncate,chmod,fchmodat,utimensat'
    const environment = ['-E', `PATH=${server.root}/../bin`, '-E', `MAESTRO_ROOT=${server.root}`]
    const script = factsScript(statusFacts, 'b7e1')

    const { stderr } = spawnSync(witness, ['-f', '-qq', '-e', calls, ...environment, ...shell.command, '-s'], {
      input: script,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })

    const writing =
      /O_(WRONLY|RDWR|CREAT)|\b(creat|mkdir|rename|unlink|link|symlink|truncate|ftruncate|chmod|utimens)\w*\(/
    const written = stderr.split('\n').filter((line) => writing.test(line) && !/"\/dev\/(null|tty)"/.test(line))
    expect(stderr).toContain('/etc/os-release')
    expect(written).toEqual([])
  })
})

describe('factsScript', () => {
  it('contains the requested facts and no others', () => {
    const script = factsScript(['reboot', 'kernel'], 'b7e1')

    expect(script).toContain("MAESTRO_PARTS='reboot kernel'")
    expect([...script.matchAll(/^facts_(\w+)\(\) \{$/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(['reboot', 'kernel']),
    )
    expect(script).not.toContain('facts_upgrades')
  })

  it('stays small, because every server gets it', () => {
    expect(factsScript(statusFacts, 'b7e1').length).toBeLessThan(32 * 1024)
  })
})

describe('readFacts', () => {
  it('leaves out facts that were not requested', () => {
    const facts = readFacts(buildFields({ at: '1795000000', reboot_flag: 'no', 'reboot.done': 'yes' }), ['reboot'])

    expect(Object.keys(facts)).toEqual(['at', 'reboot'])
  })

  it('makes a fact without its end mark unknown', () => {
    const facts = readFacts(buildFields({ at: '1795000000', reboot_flag: 'no' }), ['reboot'])

    expect(facts.reboot).toEqual({ status: 'unknown', why: 'it ended without a word' })
  })

  it('makes a fact with an invalid value unknown', () => {
    const facts = readFacts(buildFields({ at: '1795000000', reboot_flag: 'perhaps', 'reboot.done': 'yes' }), ['reboot'])

    expect(facts.reboot).toEqual({ status: 'unknown', why: 'reboot_flag cannot be "perhaps"' })
  })

  it('rejects an answer without a time', () => {
    expect(() => readFacts(buildFields({}), [])).toThrow(ResponseError)
  })

  it('keeps only the values of a large answer in memory', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const words = 'cannot be told, since nobody there would say'
    const read = (index: number) => {
      const facts = `at=1795000000\nreboot.words=${words} ${index}\nend=ok`
      const answer = `${'noise '.repeat(100_000)}\nmaestro-begin b7e1\n${facts}\nmaestro-end b7e1\n`
      return readFacts(parseResponse(answer, 'b7e1'), ['reboot'])
    }
    collect()
    const before = process.memoryUsage().heapUsed

    const looks = Array.from({ length: 100 }, (_, index) => read(index))

    collect()
    expect(looks[99]?.reboot).toEqual({ status: 'unknown', why: `${words} 99` })
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6)
  })
})
