import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter } from 'node:path'
import { MaestroError } from '../base/errors.ts'
import type { LabServerDefinition } from './fleet-definition.ts'

// The bundle keeps the folder: dist/stand-ins/*.sh.
const source = new URL('./stand-ins/', import.meta.url)

// What the remote scripts use that works on this computer as it does on a server.
const ownTools = (
  'awk basename cat chmod cmp cp cut date dirname env false find flock grep head ln ls mkdir mkfifo mktemp mv nohup od ' +
  'printf readlink rm rmdir sed setsid sh sha256sum sleep sort stat sync tail tee timeout touch tr true wc xargs'
).split(' ')

// What only GNU's tools do; elsewhere perl does it.
const gnuTools: readonly string[] = ['flock', 'setsid', 'sha256sum', 'stat', 'timeout']

type ThisComputer = {
  /** As in the environment. */
  readonly searchPath: string
  /** As Node names it. */
  readonly platform: string
}

/** Puts the stand-ins into a folder, and links to this computer's own plain tools into another; nothing else is ever run. */
export function layOutTools(folder: string, { searchPath, platform }: ThisComputer): void {
  copyStandIns(source, `${folder}/stand-ins`)
  copyStandIns(new URL('portable/', source), `${folder}/portable`)
  mkdirSync(`${folder}/tools`)
  const places = [...searchPath.split(delimiter), '/usr/bin', '/bin'].filter((place) => place.startsWith('/'))
  const isPortable = (tool: string) => platform !== 'linux' && gnuTools.includes(tool)
  for (const tool of isPortable('stat') ? [...ownTools, 'perl', 'shasum'] : ownTools) {
    const path = isPortable(tool) ? `${folder}/portable/${tool}` : findTool(tool, places)
    symlinkSync(path, `${folder}/tools/${tool}`)
  }
}

function copyStandIns(from: URL, to: string): void {
  mkdirSync(to)
  for (const file of readdirSync(from).filter((name) => name.endsWith('.sh'))) {
    const path = `${to}/${file.slice(0, -'.sh'.length)}`
    writeFileSync(path, readFileSync(new URL(file, from)))
    chmodSync(path, 0o755)
  }
}

function findTool(tool: string, places: readonly string[]): string {
  const found = places.map((place) => `${place}/${tool}`).find(isExecutable)
  if (found === undefined) throw new MaestroError(`the lab needs ${tool}, which is not on this computer`)
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Gives a server its tools: all stand-ins but those of packages that it has not. */
export function linkStandIns(folder: string, root: string, { containers, isNightly }: LabServerDefinition): void {
  const missing = [...(containers === undefined ? ['docker'] : []), ...(isNightly ? [] : ['unattended-upgrade'])]
  mkdirSync(`${root}/usr/bin`, { recursive: true })
  for (const name of readdirSync(`${folder}/stand-ins`).filter((each) => !missing.includes(each)))
    symlinkSync(`${folder}/stand-ins/${name}`, `${root}/usr/bin/${name}`)
}
