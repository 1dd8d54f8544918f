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
import { MaestroError } from '../errors.ts'

// The bundle keeps the folder: dist/stand-ins/*.sh.
const source = new URL('./stand-ins/', import.meta.url)

// What the remote scripts use that works on this computer as it does on a server.
const ownTools = (
  'awk basename cat chmod cmp cp cut date dirname env false find flock grep head ln ls mkdir mkfifo mktemp mv nohup od ' +
  'printf readlink rm rmdir sed setsid sh sha256sum sleep sort stat sync tail tee timeout touch tr true wc xargs'
).split(' ')

/** Puts the stand-ins into a folder, and links to this computer's own plain tools into another; nothing else is ever run. */
export function layOutTools(folder: string, searchPath: string): void {
  mkdirSync(`${folder}/stand-ins`)
  for (const file of readdirSync(source).filter((name) => name.endsWith('.sh'))) {
    const path = `${folder}/stand-ins/${file.slice(0, -'.sh'.length)}`
    writeFileSync(path, readFileSync(new URL(file, source)))
    chmodSync(path, 0o755)
  }
  mkdirSync(`${folder}/tools`)
  const places = [...searchPath.split(delimiter), '/usr/bin', '/bin'].filter((place) => place.startsWith('/'))
  for (const tool of ownTools) symlinkSync(findTool(tool, places), `${folder}/tools/${tool}`)
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

/** Gives a server its tools: all stand-ins but those named. */
export function linkStandIns(folder: string, root: string, without: readonly string[]): void {
  mkdirSync(`${root}/usr/bin`, { recursive: true })
  for (const name of readdirSync(`${folder}/stand-ins`).filter((each) => !without.includes(each)))
    symlinkSync(`${folder}/stand-ins/${name}`, `${root}/usr/bin/${name}`)
}
