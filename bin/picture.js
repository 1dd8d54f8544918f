// `npm run demo -- --picture`: draws docs/demo.svg of what maestro prints at a terminal of 80 columns, on a practice fleet.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const maestro = fileURLToPath(new URL('run.js', import.meta.url))
const acts = ['status', "deploy --security-upgrades --reboot --server 'web-*' --yes"]

// Every line stays on the screen of a dumb terminal; colours all the same.
const prelude = 'export TERM=dumb FORCE_COLOR=1; stty cols 80 rows 50'

/** Writes the picture; returns the exit code. Needs `script` as Linux has it. */
export function drawPicture(path) {
  const bold = (text) => `\\033[1m${text}\\033[22m`
  const lines = acts.map((act) => `printf '${bold('$ maestro %s')}\\n' "${act}"; maestro ${act} || exit; echo`)
  const shown = [prelude, ...lines].join('; ')
  const recorded = execFileSync(
    'script',
    ['-qec', `'${process.execPath}' '${maestro}' lab run -- sh -c '${shown.replaceAll("'", `'\\''`)}'`, '/dev/null'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  // Where the fleet lies and which run it was is another thing each time.
  const text = recorded.replaceAll('\r', '').replace(/^\/.*Manifest\.yml: /gm, 'Manifest.yml: ')
  writeFileSync(path, svgOf(text.trimEnd().split('\n')))
  process.stdout.write(`${path}\n`)
  return 0
}

const size = { letter: 8.43, line: 19, margin: 22, columns: 80 }
const colours = { 1: 'strong', 2: 'faint', 31: 'bad', 32: 'good', 33: 'due' }
const ends = [0, 22, 39]

function svgOf(lines) {
  const width = Math.ceil(size.columns * size.letter + 2 * size.margin)
  const height = lines.length * size.line + 2 * size.margin
  const rows = lines.map((line, index) => {
    const y = size.margin + (index + 0.75) * size.line
    return line === '' ? '' : `<text x="${size.margin}" y="${y}" xml:space="preserve">${spansOf(line)}</text>\n`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>maestro at work on a practice fleet, as a terminal of 80 columns shows it</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d5d8df }
.strong { font-weight: bold; fill: #fff } .faint { fill: #838b99 } .bad { fill: #f47067 } .good { fill: #7ec77f } .due { fill: #e5b567 }
</style>
<rect width="100%" height="100%" rx="10" fill="#1c2027"/>
${rows.join('')}</svg>
`
}

/** A line of a terminal, each run of one colour in a span whose place and width hold in every font. */
function spansOf(line) {
  let column = 0
  let style = ''
  const parts = line.split('\u001b[').flatMap((part, index) => (index === 0 ? part : splitAtM(part)))
  return parts
    .map((part, index) => {
      if (index % 2 === 1) {
        style = ends.includes(Number(part)) ? '' : (colours[part] ?? style)
        return ''
      }
      const [x, length] = [column, [...part].length].map((columns) => (columns * size.letter).toFixed(1))
      column += [...part].length
      if (part === '') return ''
      const name = style === '' ? '' : ` class="${style}"`
      return `<tspan x="${(size.margin + Number(x)).toFixed(1)}" textLength="${length}"${name}>${escaped(part)}</tspan>`
    })
    .join('')
}

const splitAtM = (part) => [part.slice(0, part.indexOf('m')), part.slice(part.indexOf('m') + 1)]

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
