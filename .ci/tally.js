// Adds up what the stages of .ci/run reported, says what was left out, and prints the last line of the run.
//   node .ci/tally.js REPORTS
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

const reports = process.argv[2]
const say = (text) => process.stdout.write(`${text}\n`)

const stages = readdirSync(reports)
  .filter((file) => file.endsWith('.exit'))
  .map((file) => readStage(basename(file, '.exit')))
const failed = sum(stages.map(failuresOf)) + fleetOmissions(stages.find(({ name }) => name === 'fleet'))

say(`\n${sum(stages.map(({ passed }) => passed.length))} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function readStage(name) {
  const folder = `${reports}/${name}`
  const files = existsSync(folder) ? readdirSync(folder) : []
  const results = files.flatMap((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')).testResults)
  const tests = results.flatMap(({ assertionResults }) => assertionResults)
  const titles = (...statuses) =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName)
  return {
    name,
    exit: Number(readFileSync(`${reports}/${name}.exit`, 'utf8')),
    passed: titles('passed'),
    failed: titles('failed'),
    skipped: titles('pending', 'skipped', 'todo', 'disabled'),
  }
}

/** A stage that failed for another reason than a test counts as one failure. */
function failuresOf({ name, exit, failed }) {
  if (exit !== 0 && failed.length === 0) say(`failed: ${name}, with exit code ${exit}`)
  for (const title of failed) say(`failed: ${name}: ${title}`)
  return exit !== 0 ? Math.max(failed.length, 1) : failed.length
}

/** Says how many of the fleet's tests ran; each one that did not is a failure. */
function fleetOmissions({ passed, failed, skipped }) {
  const ran = passed.length + failed.length
  say(`fleet: ${ran} tests ran`)
  for (const title of skipped) say(`failed: fleet: was skipped: ${title}`)
  return skipped.length + (ran === 0 ? 1 : 0)
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
