import { describe, expect, it } from 'vitest'
import { readServersState, readSessions } from '../../../src/load-balancer/haproxy/state.ts'

// As HAProxy 2.6.12 has it.
const state = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 web 1 web-1 10.0.0.11 2 0 1 1 2 15 3 4 6 0 0 0 - 8080 - 0 0 - - 0
3 web 2 web-2 10.0.0.12 0 8 1 1 2 8 2 0 6 0 0 0 - 8080 - 0 0 - - 0
3 web 3 web-3 fd00::13 0 5 1 1 2 1 0 0 14 0 0 0 - 8080 - 0 0 - - 0

`
const stat = `# pxname,svname,qcur,qmax,scur,smax,slim,stot
f,FRONTEND,,,3,3,9984,4
web,web-1,1,0,2,0,,0
web,web-2,0,0,0,0,,0
web,BACKEND,0,0,0,0,999,0

`

describe('readServersState and readSessions', () => {
  const usual = { weight: 1, initialWeight: 1 }

  it('readServersState returns who is in service and whose check passes', () => {
    expect(readServersState(state)).toEqual([
      { backend: 'web', server: 'web-1', address: '10.0.0.11', isReady: true, isUp: true, ...usual },
      { backend: 'web', server: 'web-2', address: '10.0.0.12', isReady: false, isUp: false, ...usual },
      { backend: 'web', server: 'web-3', address: 'fd00::13', isReady: false, isUp: false, ...usual },
    ])
  })

  it('readSessions counts current and queued sessions of each server', () => {
    const sessions = readSessions(stat)

    expect([sessions.get('web/web-1'), sessions.get('web/web-2')]).toEqual([3, 0])
  })

  it.each(['Permission denied', ''])('readServersState rejects %j', (said) => {
    expect(() => readServersState(said)).toThrow('no table of servers')
    expect(() => readSessions(said)).toThrow('no table of sessions')
  })
})
