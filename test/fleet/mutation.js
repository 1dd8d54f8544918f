#!/usr/bin/env node
// Whether the tests of the look can fail: plants one wrong answer after the other in dist/facts/, runs the tests of that
// part against one fleet, and lists the answers that no test noticed. Run by hand: `node test/fleet/mutation.js [PART…]`.
// What only some commands ask for is tested with them (`npm run mutation`).
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createVitest } from 'vitest/node'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scripts = `${root}dist/facts`

const testsOf = {
  ...{ identity: 'machine', system: 'machine', disk: 'machine', kernel: 'kernel', reboot: 'reboot' },
  ...{ needrestart: 'reboot', upgrades: 'upgrades', unattended: 'unattended', dpkg: 'dpkg', docker: 'docker' },
  ...{ weave: 'docker', maestro: 'maestro' },
}

// An answer of each shape that its reader takes for a true one: nothing that is only wrong in form.
const plausible = {
  // Only whether they are there counts.
  kernel_container: [],
  reboot_writer: [],
  at: ['1700000000'],
  machine_id: ['0123456789abcdef0123456789abcdef'],
  boot_id: ['01234567-89ab-cdef-0123-456789abcdef'],
  uptime: ['1'],
  init_start: ['1'],
  os_release: ['ID=debian'],
  disk: ["'/dev/vda 1000 500 500 50% /'"],
  disk_options: ['rw', 'ro'],
  container: [`'["/a","b","running",null,"no"]'`],
  dpkg_lock: ["'dpkg|1|10|apt'"],
  kernel_package: ["'linux-image-9.9.9-1-generic|1|ii |1700000000'"],
  kernel_image: ['9.9.9-1-generic'],
  kernel_default: ['Debian'],
  reboot_since: ['1700000000'],
  marks_since: ['1700000000'],
  upgrades_listed_at: ['1700000000'],
  unattended_last: ['1700000000'],
  unattended_option: [`'APT::Periodic::Enable "1";'`],
  unattended_scheduler: ['systemd', 'cron', 'none'],
  unattended_timer: ["'Id=apt-daily.timer|ActiveState=active|'"],
  needrestart_line: ["'NEEDRESTART-VER: 3.6'"],
  upgrades_inst: ["'Inst a [1] (2)'"],
}
const yesOrNo = ['has_apt', 'dpkg_interrupted', 'marks_lock', 'reboot_flag', 'needrestart', 'unattended_installed']

const call = /(?<!\w)(facts?) (\w+) ("(?:[^"]|"\w")*"|\w+)(?=;|$| &&| ;;)/gm

/** Every wrong answer: a fact left out, another value in its place, only the first line of several. */
function mutantsOf(part) {
  const text = readFileSync(`${scripts}/${part}.sh`, 'utf8')
  return [...text.matchAll(call)].flatMap(({ 0: found, 1: verb, 2: key, 3: value, index }) => {
    const values = yesOrNo.includes(key) ? ['yes', 'no'] : (plausible[key] ?? ['other'])
    const wrong = [':', ...values.filter((each) => each !== value).map((each) => `fact ${key} ${each}`)]
    if (verb === 'facts') wrong.push(`facts ${key} "$(printf '%s\\n' ${value} | head -n 1)"`)
    return wrong.map((now) => ({
      part,
      found,
      now,
      text: text.slice(0, index) + now + text.slice(index + found.length),
    }))
  })
}

/** Whether the tests of a part are green. */
async function isGreen(vitest, part) {
  const specifications = await vitest.globTestSpecifications([`test/fleet/facts-${testsOf[part]}.fleet.ts`])
  const { testModules } = await vitest.runTestSpecifications(specifications)
  return testModules.length > 0 && testModules.every((module) => module.state() === 'passed')
}

async function requireGreen(vitest, part) {
  if (!(await isGreen(vitest, part))) throw new Error(`the tests of ${part} are red with nothing planted`)
}

async function survives(vitest, { part, found, now, text }) {
  const path = `${scripts}/${part}.sh`
  const original = readFileSync(path, 'utf8')
  const restore = () => writeFileSync(path, original)
  process.once('exit', restore)
  try {
    writeFileSync(path, text)
    const isAlive = await isGreen(vitest, part)
    console.log(`${isAlive ? 'SURVIVES' : 'dies    '} ${part}: ${found} -> ${now}`)
    return isAlive
  } finally {
    restore()
    process.off('exit', restore)
  }
}

async function main(wanted) {
  const chosen = Object.keys(testsOf).filter((part) => wanted.length === 0 || wanted.includes(part))
  const config = { config: `${root}test/vitest.config.ts`, project: ['fleet'], watch: false, reporters: [{}] }
  const vitest = await createVitest('test', config)
  try {
    const alive = []
    for (const part of chosen) {
      await requireGreen(vitest, part)
      for (const mutant of mutantsOf(part)) if (await survives(vitest, mutant)) alive.push(mutant)
      // Red for another reason, they would have seen off everything that was planted.
      await requireGreen(vitest, part)
    }
    console.log(`${alive.length} survive`)
    return alive.length
  } finally {
    await vitest.close()
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
process.exit((await main(process.argv.slice(2))) === 0 ? 0 : 1)
