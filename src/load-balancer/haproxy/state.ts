/** One server line of one backend, as HAProxy has it. */
export interface BackendServer {
  readonly backend: string
  readonly server: string
  readonly address: string
  /** Whether nobody has taken it out of service: by hand, by the configuration, or through a server that it follows. */
  readonly isReady: boolean
  /** Whether HAProxy's own check of it is content. */
  readonly isUp: boolean
  /** How much of the traffic it gets beside the others; 0: none that is new. */
  readonly weight: number
  /** By the configuration. */
  readonly initialWeight: number
}

// HAProxy's management guide 9.3, "show servers state": srv_op_state; 0 is stopped, 1 starting, 3 stopping.
const running = '2'

/** Reads `show servers state`: a version, the names of the columns after a #, and a line for each server. */
export function readServersState(text: string): readonly BackendServer[] {
  const lines = text.split('\n').map((line) => line.trim())
  const names = lines
    .find((line) => line.startsWith('# '))
    ?.slice(2)
    .split(' ')
  if (names === undefined) throw new RangeError(`no table of servers: ${text.trim().slice(0, 80)}`)
  const rows = lines.filter((line) => /^\d+ \S+ \d+ /.test(line)).map((line) => line.split(' '))
  return rows.map((row) => {
    const value = (name: string) => row[names.indexOf(name)] ?? ''
    return {
      backend: value('be_name'),
      server: value('srv_name'),
      address: value('srv_addr'),
      isReady: value('srv_admin_state') === '0',
      isUp: value('srv_op_state') === running,
      weight: Number(value('srv_uweight')),
      initialWeight: Number(value('srv_iweight')),
    }
  })
}

/** How many sessions each `backend/server` has, those that wait for it counted in: from `show stat`. */
export function readSessions(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').map((line) => line.trim())
  const names = lines
    .find((line) => line.startsWith('# '))
    ?.slice(2)
    .split(',')
  if (names === undefined) throw new RangeError(`no table of sessions: ${text.trim().slice(0, 80)}`)
  const rows = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','))
  return new Map(
    rows.map((row) => {
      const value = (name: string) => row[names.indexOf(name)] ?? ''
      return [`${value('pxname')}/${value('svname')}`, Number(value('scur')) + Number(value('qcur'))] as const
    }),
  )
}
