// Runs the tests on the fleet of real systems; with --soak all bad cases instead, and writes docs/soak.md from how they went.
// What else is given goes to vitest.
//   node test/fleet/run.js [--soak] [vitest's words...]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const words = process.argv.slice(2)

if (words.includes('--soak')) soak(words.filter((word) => word !== '--soak'))
else process.exitCode = vitest('fleet', words)

function vitest(project, more) {
  const args = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--project', project, ...more]
  return spawnSync('npx', args, { cwd: root, stdio: 'inherit' }).status ?? 1
}

function soak(more) {
  const folder = mkdtempSync(`${tmpdir()}/maestro-soak-`)
  const file = `${folder}/report.json`
  try {
    process.exitCode = vitest('soak', ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...more])
    // Some of the cases are no soak.
    if (more.length === 0) writeFileSync(`${root}/docs/soak.md`, reportOf(JSON.parse(readFileSync(file, 'utf8'))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function reportOf({ testResults, startTime }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const groups = [...new Set(tests.map(({ ancestorTitles }) => ancestorTitles.join(': ')))].sort()
  const passed = tests.filter(({ status }) => status === 'passed').length
  const line = ({ title, status, duration }) =>
    `| ${title.replaceAll('|', '\\|')} | ${status} | ${((duration ?? 0) / 1000).toFixed(1)} s |`
  const tables = groups.map((group) => {
    const own = tests.filter(({ ancestorTitles }) => ancestorTitles.join(': ') === group)
    return `## ${group}\n\n| case | result | took |\n| --- | --- | --- |\n${own.map(line).join('\n')}\n`
  })
  const when = new Date(startTime).toISOString().slice(0, 10)
  return `# The soak run

All the bad cases on real systems, the last time that they ran: \`npm run test:fleet -- --soak\`. The worst of them are in every check
(\`npm run test:fleet\`).

${when}, Node ${process.version}, ${cpus().length} cores: ${passed} passed, ${tests.length - passed} failed.

${tables.join('\n')}`
}
