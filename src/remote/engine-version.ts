/** The version of the engine that a package version stands for, in Docker's own writing: `27.3.1`, `28.0.0-rc.1`; undefined for what is none. */
export function engineOf(packageVersion: string): string | undefined {
  const { numbers, pre } = form.exec(packageVersion)?.groups ?? {}
  return numbers === undefined ? undefined : `${numbers}${pre === undefined ? '' : `-${pre}`}`
}

// 5:27.3.1-1~ubuntu.24.04~noble, 5:28.0.0~rc.1-1~…, 5:20.10.24~3-0~ubuntu-focal, 18.06.3~ce~3-0~ubuntu, 18.03.1~ce-0~ubuntu;
// the distribution's own 20.10.24+dfsg1-1+deb12u1 and 26.1.3-0ubuntu1~24.04.1.
const form = /^(?:\d+:)?(?<numbers>\d+(?:\.\d+)+)(?:~(?<pre>(?:rc|beta|alpha|tp)[.\d]*)|~ce)?(?:[-+]|~\d+(?:[-+]|$)|$)/

/** Whether an engine's own word is that version: builds of others add to it (`26.1.5+dfsg1`). */
export const isEngine = (told: string, version: string): boolean =>
  told === version || (told.startsWith(version) && /^[^\d.]/.test(told.slice(version.length)))
