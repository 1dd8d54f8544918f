# Where a detached job has its files, and what its unit is called.
# Inputs: job_run, job_step (plain words; the sender has checked them)
# shellcheck shell=sh disable=SC2034
job_paths() {
  job_runs=$MAESTRO_ROOT/var/lib/maestro
  job_folder=$job_runs/$MAESTRO_JOB_RUN
  job_logs=$MAESTRO_ROOT/var/log/maestro/$MAESTRO_JOB_RUN
  job_unit=maestro-$MAESTRO_JOB_RUN-$MAESTRO_JOB_STEP.service
  job_script=$job_folder/$MAESTRO_JOB_STEP.sh
  # Made once by the job itself and never removed while the run is kept: who finds it does not run the work again.
  job_begun=$job_folder/$MAESTRO_JOB_STEP.begun
  job_pipe=$job_folder/$MAESTRO_JOB_STEP.pipe
  job_log=$job_logs/$MAESTRO_JOB_STEP.log
  # The only word on how it ended: `systemctl show` says success of a unit that is gone.
  job_result=$job_logs/$MAESTRO_JOB_STEP.result
}

# job_nap SECONDS: some sleeps know whole ones only.
job_nap() { sleep "$1" 2>/dev/null || sleep 1; }
